#!/usr/bin/env bash
# Prints a folder that contains etcd and the programs of a Kubernetes control plane for
# tests: $KUBEBUILDER_ASSETS, the cache, or what setup-envtest has installed if it is
# complete (it usually lacks the controller manager). Otherwise the script builds the
# programs from Go modules, which takes 13 to 18 CPU minutes and 3.2 GB for the linker,
# once. The cache is ${XDG_CACHE_HOME:-~/.cache}/clausea, with a folder for each set of
# module versions and Go version. All Kubernetes programs share one binary, so that an
# additional program needs no further build. `get.sh node` wants the programs of a node too,
# which only the cache has.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=1.37.2
key=$( (cat "$here"/*/go.sum "$here"/k8s/cmd/kube/main.go; go version) | sha256sum | cut -c1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/kube-$version-$key
wanted="kube-apiserver kube-controller-manager kube-scheduler kubectl"
programs="$wanted kubelet kube-proxy"
if [ "${1:-}" = node ]; then wanted=$programs; fi
complete() { for n in etcd $wanted; do [ -x "$1/$n" ] || return 1; done; }
# Add the links that an older version of this script did not create.
if [ -x "$cache/kube" ]; then for n in $programs; do [ -e "$cache/$n" ] || ln -s kube "$cache/$n"; done; fi

for dir in "${KUBEBUILDER_ASSETS:-}" "$cache"; do
  [ -n "$dir" ] && complete "$dir" && { echo "$dir"; exit 0; }
done
if command -v setup-envtest >/dev/null && dir=$(setup-envtest use -i -p path "${version%.*}.x" 2>/dev/null) && complete "$dir"; then
  echo "$dir"
  exit 0
fi
echo "building etcd and Kubernetes $version for tests; this takes several minutes, once" >&2
export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false"
ld="-s -w"
for p in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  ld="$ld -X $p.gitVersion=v$version -X $p.gitMajor=1 -X $p.gitMinor=37 -X $p.gitTreeState=clean"
done
mkdir -p "$cache"
(cd "$here/etcd" && go build -ldflags '-s -w' -o "$cache/etcd" go.etcd.io/etcd/server/v3) >&2
(cd "$here/k8s" && go build -ldflags "$ld" -o "$cache/kube.new" ./cmd/kube) >&2
mv "$cache/kube.new" "$cache/kube"
for n in $programs; do ln -sf kube "$cache/$n"; done
echo "$cache"
