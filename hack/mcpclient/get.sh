#!/usr/bin/env bash
# Prints a folder for PYTHONPATH with the package mcp of PyPI, the client of the Model Context
# Protocol by its authors. It is cached in ${XDG_CACHE_HOME:-~/.cache}/clausea. Needs Python 3
# with pip.
set -euo pipefail
version=2.3.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/mcp-python-$version
if [ -d "$cache" ]; then echo "$cache"; exit 0; fi
mkdir -p "$(dirname "$cache")"
tmp=$(mktemp -d "$cache.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install --quiet --root-user-action=ignore --only-binary=:all: --target "$tmp" "mcp==$version" >&2
mv -T "$tmp" "$cache" 2>/dev/null || [ -d "$cache" ] # another process may have been faster
echo "$cache"
