#!/usr/bin/env bash
# Checks a stripped program: check.sh FILE. It must not execute templates, whose executor makes the linker
# retain all exported methods, and must have at most 70 MB on amd64. hack/build/flags.sh says how.
set -euo pipefail
program=${1:?usage: check.sh FILE}
limit=70000000
fail() { echo "FAIL: $*" >&2; exit 1; }
# The table of functions remains in a stripped program.
grep -qaF 'internal/cli.Main' "$program" || fail "$program has no table of functions"
for function in 'text/template.(*state).walk' 'html/template.(*Template).Execute'; do
  if grep -qaF "$function" "$program"; then fail "$program has the function $function"; fi
done
size=$(stat -c %s "$program")
if go version -m "$program" | grep -q "GOARCH=amd64$" && [ "$size" -gt "$limit" ]; then fail "$program has $size bytes, more than $limit"; fi
echo "ok: the program has $size bytes and executes no templates"
