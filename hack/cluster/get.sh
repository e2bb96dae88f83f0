#!/usr/bin/env bash
# Prints the folders of the programs of a Kubernetes node, separated by a colon as in PATH: those of
# hack/kube, and containerd, runc and CNI plugins of Debian's packages, which are unpacked and not
# installed, with CoreDNS and the packer of images, which are built from Go modules. It installs
# nftables, which kube-proxy calls, if it is missing. The cache is ${XDG_CACHE_HOME:-~/.cache}/clausea.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kube=$("$here/../kube/get.sh" node)
key=$( (cat "$here"/*/go.sum "$here"/*/*.go "$here"/*/*/*.go; go version) | sha256sum | cut -c1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clausea/cluster-$key
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if ! command -v nft >/dev/null; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nftables; } >&2
fi
if [ ! -x "$cache/runc" ]; then
  tmp=$(mktemp -d)
  trap 'rm -rf "$tmp"' EXIT
  (cd "$tmp" && apt-get download -qq containerd runc containernetworking-plugins && for deb in *.deb; do dpkg -x "$deb" x; done) >&2
  mkdir -p "$cache/cni"
  cp "$tmp"/x/usr/lib/cni/{bridge,loopback,host-local} "$cache/cni/"
  cp "$tmp"/x/usr/bin/{containerd,containerd-shim-runc-v2,ctr} "$tmp/x/usr/sbin/runc" "$cache/"
fi
if [ ! -x "$cache/coredns" ]; then
  echo "building CoreDNS for the test cluster; this takes a few minutes, once" >&2
  export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false"
  (cd "$here/image" && go build -ldflags '-s -w' -o "$cache/" . ./pause) >&2
  (cd "$here/dns" && go build -ldflags '-s -w' -o "$cache/coredns.new" .) >&2
  mv "$cache/coredns.new" "$cache/coredns"
fi
echo "$cache:$kube"
