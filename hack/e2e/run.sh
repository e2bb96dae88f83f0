#!/usr/bin/env bash
# Runs end-to-end tests on a Kubernetes node that it starts and ends: run.sh RUN, where RUN is the
# regular expression of go test -run. It needs root, and a kernel with namespaces, overlayfs and
# nftables. With E2E_OPTIONAL=1, it reports a machine that cannot run them, and succeeds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD

unable() {
  echo "################################################################" >&2
  echo "# The end-to-end tests did NOT run: $1" >&2
  echo "################################################################" >&2
  if [ -n "${E2E_OPTIONAL:-}" ]; then exit 0; fi
  exit 1
}
if [ "$(uname -sm)" != "Linux x86_64" ]; then unable "they need Linux on amd64"; fi
if [ "$(id -u)" != 0 ]; then unable "they need root"; fi
if ! command -v apt-get >/dev/null; then unable "they need the packages of Debian or Ubuntu"; fi
if ! reason=$(unshare --net --mount --pid --fork --kill-child --mount-proc --propagation private \
  sh -c 'ip link add e2e0 type bridge && mount -t tmpfs tmpfs /mnt && mkdir /mnt/a /mnt/b /mnt/c /mnt/d && mount -t overlay overlay -o lowerdir=/mnt/a,upperdir=/mnt/b,workdir=/mnt/c /mnt/d' 2>&1); then
  unable "the machine does not allow namespaces, bridges or overlayfs: $reason"
fi

began=$SECONDS
step() { echo "$((SECONDS - began)) s: $*"; }
work=$(mktemp -d "${TMPDIR:-/tmp}/clausea-e2e.XXXXXX")
cluster=$work/cluster
cleanup() {
  # Mounts of containers are in the namespaces of the cluster, so that this removes no file of the machine.
  if [ -d "$cluster" ]; then hack/cluster/down.sh "$cluster" || true; fi
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

helm3='' mongod=$(hack/mongod/get.sh) helm4=$(hack/helm/get.sh 4)
# The short test needs one version only.
if [ "$1" != '^TestShort$' ]; then helm3=$(hack/helm/get.sh 3); fi
hack/cluster/get.sh >/dev/null
step "programs ready"
read -ra flags < <(hack/build/flags.sh)
CGO_ENABLED=0 go build "${flags[@]}" -ldflags "-s -w -X github.com/clausea/crawler/internal/cli.version=e2e" -o "$work/clausea" .
CGO_ENABLED=0 go test -c -tags e2e -o "$work/e2e.test" ./hack/e2e
step "program and tests built"
mkdir "$work/volumes"
if ! hack/cluster/up.sh "$cluster"; then unable "the cluster did not start"; fi
step "cluster started"
status=0
E2E_ROOT=$root E2E_HELM3=$helm3 E2E_HELM4=$helm4 E2E_MONGOD=$mongod E2E_CLAUSEA=$work/clausea E2E_VOLUMES=$work/volumes \
  hack/cluster/in.sh "$cluster" "$work/e2e.test" -test.run "$1" -test.v -test.timeout 60m || status=$?
step "tests ended with status $status"
if [ "$status" != 0 ] && [ -n "${E2E_LOGS:-}" ]; then mkdir -p "$E2E_LOGS" && cp "$cluster"/log/* "$E2E_LOGS/"; fi
exit "$status"
