#!/usr/bin/env bash
# Lints the Dockerfile, builds its targets twice, and runs the images as Kubernetes and Compose do: as user
# 65532 with a read-only root. It needs root, Debian and the Go proxy, but no container registry: the base
# images are stand-ins (standins.sh), and Go and its caches are those of this machine.
#
#   test.sh             tests the target release
#   test.sh chromium    tests the target chromium, which downloads about 250 MB of Debian packages
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
target=${1:-release}
if [ "$(id -u)" != 0 ]; then echo "run as root: the test mounts images" >&2; exit 1; fi
hack/packages/get.sh buildah curl jq python3 runc

work=$(mktemp -d "${TMPDIR:-/tmp}/clausea-image.XXXXXX")
server=
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  buildah umount --all >/dev/null 2>&1 || true
  buildah rm --all >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap stop EXIT
fail() { echo "FAIL: $*" >&2; exit 1; }
pass() { echo "ok: $*"; }

# shellcheck source=hack/image/standins.sh
source hack/image/standins.sh
use_storage "$work"
# shellcheck source=hack/image/run.sh
source hack/image/run.sh

"$(hack/image/hadolint.sh)" --failure-threshold style Dockerfile
pass "hadolint has no findings"

make_golang
make_distroless
if [ "$target" = chromium ]; then make_debian "$work/debian"; fi
mapfile -t options < <(build_options)
export BUILDER=buildah VERSION=v0.0.0-test REVISION=0123456789abcdef0123456789abcdef01234567 SOURCE_DATE_EPOCH=1767225600

started=$SECONDS
hack/image/build.sh "$target" clausea:first "${options[@]}" --no-cache >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "build"; }
pass "the image builds in $((SECONDS - started)) s"

inspect() { buildah inspect --type image clausea:first | jq -er "$1"; }
[ "$(inspect '.OCIv1.config.User')" = 65532:65532 ] || fail "user"
while read -r label want; do
  got=$(inspect ".OCIv1.config.Labels[\"org.opencontainers.image.$label\"]") || fail "no label $label"
  [ -z "$want" ] || [ "$got" = "$want" ] || fail "label $label is $got, want $want"
done <<LABELS
title
description
documentation
vendor
source https://github.com/clausea/crawler
licenses Apache-2.0
version $VERSION
revision $REVISION
created 2026-01-01T00:00:00Z
LABELS
pass "the labels of OCI are present"

container=$(buildah from --pull=never clausea:first)
root=$(buildah mount "$container")
if file=$(find "$root" -xdev \( -name '*.go' -o -path '*/.git' \) -print -quit) && [ -n "$file" ]; then fail "the image contains $file"; fi
hack/build/check.sh "$root/clausea"

got=$(in_image "$root" version)
[[ $got == "clausea $VERSION go"*" linux/"*" revision $REVISION" ]] || fail "version: $got"
pass "$got"

test_server "$root"
if [ "$target" = chromium ]; then test_browser "$root"; fi

if [ "$target" = release ]; then
  hack/image/build.sh "$target" clausea:second "${options[@]}" --no-cache >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "second build"; }
  for n in first second; do
    buildah push -q "clausea:$n" "oci:$work/$n:test"
    jq -r '.manifests[0].digest' "$work/$n/index.json" >"$work/$n.digest"
  done
  cmp "$work/first.digest" "$work/second.digest" || fail "two builds have different digests"
  pass "two builds have the digest $(cat "$work/first.digest")"
fi
