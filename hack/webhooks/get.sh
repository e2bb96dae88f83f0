#!/usr/bin/env bash
# Prints the path of a folder with libraries that verify webhooks: node_modules for Node.js and
# python for Python. It is cached in ${XDG_CACHE_HOME:-~/.cache}/clausea. Needs Node.js with npm,
# and Python 3 with pip. The checksum of the Python wheel is verified; npm verifies those that its
# registry states.
set -euo pipefail
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/webhooks-1.1

for c in node npm python3; do
  command -v "$c" >/dev/null || { echo "$c not found: install Node.js with npm, and Python 3 with pip" >&2; exit 1; }
done
if [ -d "$cache" ]; then echo "$cache"; exit 0; fi
mkdir -p "$(dirname "$cache")"
tmp=$(mktemp -d "$cache.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" standardwebhooks@1.1.1 @stablelib/base64@1.0.1 fast-sha256@1.3.0 >&2
echo "standardwebhooks==1.1.0 --hash=sha256:9a88d48a1f198be61517fc7ad328cf58ba02b73f0fbd8941d4213e9c0b6c2a61" >"$tmp/requirements.txt"
python3 -m pip install --quiet --root-user-action=ignore --no-deps --only-binary=:all: --require-hashes --target "$tmp/python" -r "$tmp/requirements.txt" >&2
mv -T "$tmp" "$cache" 2>/dev/null || [ -d "$cache" ] # another process may have been faster
echo "$cache"
