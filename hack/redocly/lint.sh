#!/usr/bin/env bash
# Lints an OpenAPI description with Redocly CLI and the rules in redocly.yaml: lint.sh FILE. The npm
# package is cached in ${XDG_CACHE_HOME:-~/.cache}/clausea.
set -euo pipefail
version=2.77.0
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH="$("$here/../node/get.sh"):$PATH"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/redocly-$version
redocly=$cache/node_modules/.bin/redocly
if ! [ -e "$cache/installed" ]; then
  mkdir -p "$cache"
  npm install --silent --no-audit --no-fund --prefix "$cache" "@redocly/cli@$version" >&2
  touch "$cache/installed"
fi
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
exec "$redocly" lint --config "$here/redocly.yaml" --format "${FORMAT:-stylish}" --max-problems 1000 "$1"
