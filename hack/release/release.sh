#!/usr/bin/env bash
# Makes a release of the checked out commit in dist: release.sh VERSION. docs/releases.md describes its
# parts. Two runs give equal files.
#
# $PARTS selects parts of "archives sbom chart image" (all by default), $PLATFORMS the platforms of the
# archives, $IMAGE_PLATFORMS those of the image. $RELEASE_KEY, a PEM file with an ECDSA key, signs the
# checksums. Without it, the release is not signed.
set -euo pipefail
shopt -s extglob
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
version=${1:?usage: release.sh VERSION}
dist=$PWD/dist
parts=${PARTS:-archives sbom chart image}
platforms=${PLATFORMS:-linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64}
revision=${REVISION:-$(git rev-parse HEAD)}
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export VERSION=$version REVISION=$revision SOURCE_DATE_EPOCH=$epoch CGO_ENABLED=0

if [ -n "$(git status --porcelain)" ]; then echo "warning: the release contains uncommitted changes" >&2; fi
rm -rf "$dist"
mkdir -p "$dist" bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -trimpath -buildvcs=false -o "$work/release" ./hack/release
read -ra flags < <(hack/build/flags.sh)
release() { "$work/release" "$@"; }
has() { [[ " $parts " == *" $1 "* ]]; }

# build PLATFORM FILE builds the program.
build() {
  GOOS=${1%/*} GOARCH=${1#*/} go build "${flags[@]}" -buildvcs=false \
    -ldflags "-s -w -buildid= -X github.com/clausea/crawler/internal/cli.version=$version -X github.com/clausea/crawler/internal/cli.revision=$revision" \
    -o "$2" .
}

if has archives || has sbom; then
  build "$(go env GOHOSTOS)/$(go env GOHOSTARCH)" "$work/clausea"
fi

if has archives; then
  "$work/clausea" man --date "$(date -u -d "@$epoch" +%Y-%m-%d)" "$work/man/man1"
  mkdir -p "$work/completions"
  for shell in bash zsh fish powershell; do "$work/clausea" completion "$shell" >"$work/completions/clausea.$shell"; done
  for platform in $platforms; do
    name=clausea_${version#v}_${platform/\//_}
    folder=$work/$name
    mkdir -p "$folder"
    cp -r LICENSE README.md CHANGELOG.md "$work/man" "$work/completions" "$folder/"
    case $platform in
      windows/*) build "$platform" "$folder/clausea.exe"; archive=$name.zip ;;
      *) build "$platform" "$folder/clausea"; archive=$name.tar.gz ;;
    esac
    release archive "$dist/$archive" "$folder"
    if has sbom; then release sbom "$folder"/clausea?(.exe) >"$dist/$name.cdx.json"; fi
    rm -rf "$folder"
    echo "$archive" >&2
  done
elif has sbom; then
  release sbom "$work/clausea" >"$dist/clausea_${version#v}.cdx.json"
fi

if has chart; then
  helm=$(hack/helm/get.sh 4)
  mkdir "$work/chart"
  "$helm" package charts/clausea --version "${version#v}" --app-version "$version" --destination "$work/chart" >&2
  # Helm stores the files in an order and with times of its own, so the chart is packed again.
  tar -xzf "$work"/chart/*.tgz -C "$work/chart"
  release archive "$work/chart.tar.gz" "$work/chart/clausea"
  mv "$work/chart.tar.gz" "$dist/clausea-chart-${version#v}.tgz"
  digest=$(release chart-artifact "$dist/clausea-chart-${version#v}.tgz" "$work/chart-oci")
  release archive "$dist/clausea-chart-${version#v}.oci.tar" "$work/chart-oci"
  echo "$digest" >"$dist/clausea-chart-${version#v}.digest"
fi

if has image; then
  hack/release/image.sh "$version" "$work/image-oci" "${IMAGE_PLATFORMS:-linux/amd64 linux/arm64}"
  jq -r '.manifests[0].digest' "$work/image-oci/index.json" >"$dist/clausea-image-${version#v}.digest"
  release archive "$dist/clausea-image-${version#v}.oci.tar" "$work/image-oci"
fi

release notes "$version" >"$dist/notes.md"
release checksums "$dist" >"$work/checksums.txt"
mv "$work/checksums.txt" "$dist/checksums.txt"
if [ -n "${RELEASE_KEY:-}" ]; then
  release sign "$RELEASE_KEY" "$dist/checksums.txt" >"$dist/checksums.txt.sig"
else
  echo "RELEASE_KEY is not set: the release is not signed" >&2
fi
cat "$dist/checksums.txt"
