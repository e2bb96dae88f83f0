#!/usr/bin/env bash
# Tests the alert rules with promtool: their syntax, and for each alert that it fires and that it
# does not.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
promtool=$("$here/get.sh")/promtool
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/../../charts/clausea/files/alerts.yaml" "$here/tests/alerts_test.yaml" "$work"
"$promtool" check rules --lint=all --lint-fatal "$work/alerts.yaml"
cd "$work"
"$promtool" test rules alerts_test.yaml
