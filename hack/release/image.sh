#!/usr/bin/env bash
# Builds the image for several platforms as an OCI layout with one index: image.sh VERSION FOLDER
# "PLATFORM...". Options in $BUILD_OPTIONS, separated by spaces, are passed to the builder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
version=$1 folder=$2 platforms=$3
read -ra options <<<"${BUILD_OPTIONS:-}"
name=clausea-release:$version
if [ "${BUILDER:-}" != buildah ] && docker buildx version >/dev/null 2>&1 && docker info >/dev/null 2>&1; then
  mkdir -p "$folder"
  BUILDER=docker PLATFORM=${platforms// /,} OUTPUT=type=oci,rewrite-timestamp=true,dest=$folder.tar hack/image/build.sh release "$name" "${options[@]}"
  tar -xf "$folder.tar" -C "$folder"
  rm "$folder.tar"
  exit
fi
buildah manifest rm "$name" >/dev/null 2>&1 || true
buildah manifest create "$name" >/dev/null
for platform in $platforms; do
  BUILDER=buildah PLATFORM=$platform hack/image/build.sh release "$name-${platform/\//-}" "${options[@]}" >&2
  buildah manifest add "$name" "containers-storage:localhost/$name-${platform/\//-}" >/dev/null
done
buildah manifest push --all "$name" "oci:$folder:$version" >&2
