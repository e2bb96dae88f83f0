#!/usr/bin/env bash
# Prints the path of mkdocs with the theme of mkdocs-material, from PyPI: $MKDOCS, or a copy that is
# cached in ${XDG_CACHE_HOME:-~/.cache}/clausea.
set -euo pipefail
mkdocs=1.6.1
material=9.6.23
if [ -n "${MKDOCS:-}" ]; then echo "$MKDOCS"; exit 0; fi
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/mkdocs-$mkdocs-material-$material
if [ ! -x "$cache/bin/mkdocs" ]; then
  mkdir -p "$(dirname "$cache")"
  exec 9>"$cache.lock"
  flock 9
  if [ ! -x "$cache/bin/mkdocs" ]; then
    rm -rf "$cache.tmp" "$cache"
    python3 -m venv "$cache"
    "$cache/bin/pip" install --quiet --disable-pip-version-check "mkdocs==$mkdocs" "mkdocs-material==$material" >&2
  fi
fi
echo "$cache/bin/mkdocs"
