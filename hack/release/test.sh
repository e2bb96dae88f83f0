#!/usr/bin/env bash
# Makes a release twice and compares the files; verifies checksums and signature with sha256sum and openssl,
# the SBOM against the binary, the man pages and completions, and runs the program of the archive. The
# release has one platform. $PARTS selects its parts, without which the checks of them are skipped: "archives
# sbom" by default, "image", which needs root and buildah and has stand-in base images, and "chart".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
fail() { echo "FAIL: $*" >&2; exit 1; }
pass() { echo "ok: $*"; }
hack/packages/get.sh jq openssl mandoc
work=$(mktemp -d "${TMPDIR:-/tmp}/clausea-release.XXXXXX")
trap 'rm -rf "$work"' EXIT

openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$work/key.pem"
openssl pkey -in "$work/key.pem" -pubout -out "$work/key.pub"
version=v0.0.0-test
platform=$(go env GOHOSTOS)/$(go env GOHOSTARCH)
export RELEASE_KEY=$work/key.pem PLATFORMS=$platform PARTS=${PARTS:-archives sbom}

# test_archive tests the archive of this machine's platform and its SBOM.
test_archive() {
  local name got sum
  name=clausea_${version#v}_${platform/\//_}
  tar -xzf "$name.tar.gz"
  got=$("$name/clausea" version)
  [[ $got == "clausea $version go"*" revision "* ]] || fail "version: $got"
  pass "$got"
  "$root/hack/build/check.sh" "$name/clausea"
  mandoc -Tlint -Wwarning "$name"/man/man1/*.1 || fail "man pages"
  bash -n "$name/completions/clausea.bash" || fail "completion for bash"
  pass "$(find "$name/man" -name '*.1' | wc -l) man pages have no findings"

  sum=$(sha256sum "$name/clausea" | cut -d' ' -f1)
  jq -e --arg sum "$sum" '.bomFormat == "CycloneDX" and .metadata.component.hashes[0].content == $sum and
    all(.components[]; .licenses and .version)' "$name.cdx.json" >/dev/null || fail "SBOM"
  [ "$(jq '.components | length' "$name.cdx.json")" = $(($(go version -m "$name/clausea" | grep -c '^[[:space:]]dep') + 1)) ] || fail "SBOM lacks modules"
  pass "the SBOM describes the binary and $(jq '.components | length' "$name.cdx.json") modules with their licenses"
}

if [[ " $PARTS " == *" image "* ]]; then
  hack/packages/get.sh buildah
  # shellcheck source=hack/image/standins.sh
  source hack/image/standins.sh
  use_storage "$work"
  make_golang
  make_distroless
  export BUILDER=buildah IMAGE_PLATFORMS=${IMAGE_PLATFORMS:-$platform}
  BUILD_OPTIONS="--no-cache $(build_options | tr '\n' ' ')"
  export BUILD_OPTIONS
fi

for n in first second; do
  hack/release/release.sh "$version" >"$work/$n.log" 2>&1 || { cat "$work/$n.log" >&2; fail "release"; }
  mv dist "$work/$n"
done
diff -r "$work/first" "$work/second" || fail "two releases differ"
cd "$work/first"
pass "two releases have $(find . -type f | wc -l) equal files: $(echo *)"

sha256sum --quiet --check checksums.txt
base64 -d checksums.txt.sig >"$work/sig"
openssl dgst -sha256 -verify "$work/key.pub" -signature "$work/sig" checksums.txt >/dev/null || fail "signature"
echo changed >>checksums.txt
if openssl dgst -sha256 -verify "$work/key.pub" -signature "$work/sig" checksums.txt >/dev/null 2>&1; then fail "a changed file verifies"; fi
pass "checksums and signature verify, and a changed file does not"

if [[ " $PARTS " == *" archives "* ]]; then test_archive; fi
[ -s notes.md ] || fail "no release notes"
if [ -e "clausea-image-${version#v}.oci.tar" ]; then
  digest=$(cat "clausea-image-${version#v}.digest")
  got=$(tar -xOf "clausea-image-${version#v}.oci.tar" "blobs/sha256/${digest#sha256:}" | jq -r '[.manifests[].platform | .os + "/" + .architecture] | join(" ")')
  [ "$got" = "$IMAGE_PLATFORMS" ] || fail "the image has the platforms $got"
  pass "the image has the platforms $got"
fi
for file in *.digest; do if [ -e "$file" ]; then pass "$file $(cat "$file")"; fi; done
