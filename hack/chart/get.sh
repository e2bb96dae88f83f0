#!/usr/bin/env bash
# Prints a folder with helm-unittest, kube-score and helm-docs, which check the chart and write its
# README. The script builds them from Go modules, which takes a few minutes, once. The cache is
# ${XDG_CACHE_HOME:-~/.cache}/clausea, with a folder for each set of versions and Go version.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kube_score=github.com/zegl/kube-score/cmd/kube-score@v1.20.0
helm_docs=github.com/norwoodj/helm-docs/cmd/helm-docs@v1.14.2
unittest=github.com/helm-unittest/helm-unittest/cmd/helm-unittest
key=$( (cat "$here/unittest/go.sum"; echo "$kube_score $helm_docs"; go version) | sha256sum | cut -c1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/chart-$key
if [ ! -e "$cache/complete" ]; then
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
  if [ ! -e "$cache/complete" ]; then
    echo "building the programs that check the chart; this takes a few minutes, once" >&2
    export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false" GOBIN=$cache
    # helm-unittest has a replace line, with which go install refuses to build it.
    (cd "$here/unittest" && go build -ldflags "-s -w" -o "$cache/helm-unittest" "$unittest") >&2
    go install -ldflags "-s -w" "$kube_score" >&2
    go install -ldflags "-s -w" "$helm_docs" >&2
    touch "$cache/complete"
  fi
fi
echo "$cache"
