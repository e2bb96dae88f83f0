#!/usr/bin/env bash
# Prints the path of axe.min.js of the npm package axe-core: $AXE, or a copy that is cached in
# ${XDG_CACHE_HOME:-~/.cache}/clausea.
set -euo pipefail
version=4.14.1
if [ -n "${AXE:-}" ]; then echo "$AXE"; exit 0; fi
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/axe-$version
file=$cache/node_modules/axe-core/axe.min.js
if [ ! -s "$file" ]; then
  PATH="$("$(dirname "$0")/../node/get.sh"):$PATH"
  mkdir -p "$cache"
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$cache" "axe-core@$version" >&2
fi
echo "$file"
