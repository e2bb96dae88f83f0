#!/usr/bin/env bash
# Prints the path of a Python with the package mcp of PyPI, the client of the Model Context
# Protocol by its authors. It is installed in ${XDG_CACHE_HOME:-~/.cache}/clausea.
set -euo pipefail
version=2.3.0
env=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/mcp-$version
if ! [ -x "$env/bin/python" ] || ! "$env/bin/python" -c 'import mcp' 2>/dev/null; then
  mkdir -p "$(dirname "$env")"
  python3 -m venv --clear "$env" >&2
  "$env/bin/pip" install --quiet "mcp==$version" >&2
fi
echo "$env/bin/python"
