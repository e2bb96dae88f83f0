#!/usr/bin/env bash
# Prints a folder that contains prometheus and promtool: that of both in PATH, or the cache
# ${XDG_CACHE_HOME:-~/.cache}/clausea. Otherwise the script builds them from Go modules, without
# service discovery and the web UI, which takes about 4 CPU minutes, once.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if tool=$(command -v promtool) && [ -x "$(dirname "$tool")/prometheus" ]; then
  dirname "$tool"
  exit 0
fi
key=$( (cat "$here/go.sum"; go version) | sha256sum | cut -c1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/promtool-$key
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if [ ! -x "$cache/promtool" ]; then
  echo "building Prometheus; this takes several minutes, once" >&2
  (cd "$here" && CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags remove_all_sd,netgo -ldflags '-s -w' -o "$cache/build/" \
    github.com/prometheus/prometheus/cmd/prometheus github.com/prometheus/prometheus/cmd/promtool) >&2
  mv "$cache/build/prometheus" "$cache/prometheus"
  mv "$cache/build/promtool" "$cache/promtool"
fi
echo "$cache"
