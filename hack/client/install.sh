#!/usr/bin/env bash
# Installs the npm packages of a folder exactly as its package-lock.json lists them, unless they
# are installed already: install.sh FOLDER. npm's cache is in ${XDG_CACHE_HOME:-~/.cache}/clausea.
set -euo pipefail
cd "$1"
sum=$(sha256sum package.json package-lock.json)
stamp=node_modules/.clausea-installed
if [ "$(cat $stamp 2>/dev/null)" = "$sum" ]; then exit 0; fi
npm ci --silent --no-audit --no-fund --prefer-offline --cache "${XDG_CACHE_HOME:-$HOME/.cache}/clausea/npm" >&2
echo "$sum" >$stamp
