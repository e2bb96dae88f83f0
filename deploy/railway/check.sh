#!/usr/bin/env bash
# Compiles .railway/railway.ts against the types of the railway package, evaluates it, and checks
# what it declares. It needs no account and sends nothing to Railway.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
bin=$(../../hack/node/get.sh)
export PATH="$bin:$PATH"
../../hack/client/install.sh .
trap 'rm -rf out' EXIT
rm -rf out
node_modules/.bin/tsc -p .
if found=$(git ls-files ../.. | grep -E '(^|/)railway\.(json|toml)$'); then
  echo "Railway reads no plan while a service has one of these files: $found" >&2
  exit 1
fi
node check.mjs
