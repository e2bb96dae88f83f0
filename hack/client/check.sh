#!/usr/bin/env bash
# Checks the TypeScript client: that generating it again changes nothing, that it compiles, and
# that its tests pass. It changes no file of the project.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bin=$(hack/node/get.sh)
export PATH="$bin:$PATH"
hack/client/install.sh clients/typescript
cd clients/typescript
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm run --silent generate -- --silent --output "$tmp/generated"
if ! diff -r "$tmp/generated" src/generated >&2; then
  echo "clients/typescript/src/generated does not match docs/openapi.json: run make client and commit the result" >&2
  exit 1
fi
npm run --silent build
npm test --silent
