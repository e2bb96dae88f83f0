#!/usr/bin/env bash
# Prints the folder of node and npm, for PATH: that of a Node.js in PATH that is new enough
# (20.9, which Next.js needs), of Debian's packages, which the script installs if it runs as
# root, or of the npm packages node-linux-* and npm, which are cached in
# ${XDG_CACHE_HOME:-~/.cache}/clausea.
set -euo pipefail
version=22.23.5
npm_version=11.19.1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/node-$version

# usable FOLDER says whether a folder has npm and a Node.js that is new enough.
usable() {
  [ -x "$1/node" ] && [ -e "$1/npm" ] &&
    "$1/node" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 9) ? 0 : 1)'
}
found() {
  local node
  node=$(command -v node) && usable "$(dirname "$node")" && dirname "$node" && return
  usable "$cache/node_modules/.bin" && echo "$cache/node_modules/.bin"
}
found && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && ! command -v npm >/dev/null; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm; } >&2
  hash -r
  found && exit 0
fi
case $(uname -m) in
  x86_64) platform=linux-x64 ;;
  aarch64 | arm64) platform=linux-arm64 ;;
  *) platform= ;;
esac
if [ -n "$platform" ] && command -v npm >/dev/null; then
  mkdir -p "$cache"
  npm install --silent --no-audit --no-fund --prefix "$cache" "node-$platform@$version" "npm@$npm_version" >&2
fi
found || { echo "Node.js 20.9 or newer not found: install it with npm" >&2; exit 1; }
