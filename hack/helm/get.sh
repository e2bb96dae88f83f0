#!/usr/bin/env bash
# Prints the path of a helm binary: get.sh 3|4. It is $HELM3 or $HELM4, or the binary that the
# script builds from the Go modules below v3 and v4, which takes a few minutes, once. The cache is
# ${XDG_CACHE_HOME:-~/.cache}/clausea, with a folder for each set of module versions and Go version.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
major=${1:-}
case $major in
  3) given=${HELM3:-} ;;
  4) given=${HELM4:-} ;;
  *) echo "usage: get.sh 3|4" >&2; exit 2 ;;
esac
if [ -n "$given" ]; then echo "$given"; exit 0; fi
module=$here/v$major
release=$(awk -v m="helm.sh/helm/v$major" '$1 == "require" {sub("require ", "")} $1 == m {print $2}' "$module/go.mod")
key=$( (cat "$module/go.sum"; go version) | sha256sum | cut -c1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/helm-$release-$key
if [ ! -x "$cache/helm" ]; then
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
  if [ ! -x "$cache/helm" ]; then
    echo "building helm $release; this takes a few minutes, once" >&2
    # Helm 4 reads the version of Kubernetes from its build information. Helm 3 assumes one that is
    # years old, unless the linker sets another one.
    minor=$(awk '$1 == "k8s.io/client-go" {split($2, v, "."); print v[2]}' "$module/go.mod")
    set=helm.sh/helm/v3/pkg/chartutil.k8sVersion
    (cd "$module" && CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false" go build \
      -ldflags "-s -w -X helm.sh/helm/v$major/internal/version.version=$release -X ${set}Major=1 -X ${set}Minor=$minor" \
      -o "$cache/helm.new" "helm.sh/helm/v$major/cmd/helm") >&2
    mv "$cache/helm.new" "$cache/helm"
  fi
fi
echo "$cache/helm"
