#!/usr/bin/env bash
# Writes README.md of the chart in the folder $1 from values.yaml and README.md.gotmpl.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$("$here/get.sh")/helm-docs" --chart-search-root "$1" --sort-values-order file --log-level warning
