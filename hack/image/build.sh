#!/usr/bin/env bash
# Builds a target of the Dockerfile: build.sh release|chromium NAME [OPTION...]. It uses $BUILDER, or the
# first of docker, podman and buildah that works. $PLATFORM (such as linux/arm64) selects another
# architecture than that of the machine. The options are passed to the builder.
#
# $VERSION and $REVISION become labels and the output of clausea version. $SOURCE_DATE_EPOCH, the time of
# the last commit by default, becomes the time of all files, so that equal sources give equal images.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
target=$1 name=$2
shift 2
version=${VERSION:-dev}
revision=${REVISION:-$(git rev-parse HEAD 2>/dev/null || echo unknown)}
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH=$epoch
arguments=(
  --target "$target" --tag "$name"
  --build-arg "VERSION=$version" --build-arg "REVISION=$revision"
  --build-arg "CREATED=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -r "$epoch" +%Y-%m-%dT%H:%M:%SZ)"
)
if [ -n "${PLATFORM:-}" ]; then arguments+=(--platform "$PLATFORM"); fi

builder=${BUILDER:-}
if [ -z "$builder" ]; then
  if docker buildx version >/dev/null 2>&1 && docker info >/dev/null 2>&1; then builder=docker
  elif command -v podman >/dev/null; then builder=podman
  elif command -v buildah >/dev/null; then builder=buildah
  else echo "found no docker with buildx, podman or buildah: install one of them" >&2; exit 1
  fi
fi
case $builder in
  docker)
    # BuildKit sets the time of the files only if it exports the image with rewrite-timestamp.
    output=type=docker,rewrite-timestamp=true
    exec docker buildx build "${arguments[@]}" --build-arg "SOURCE_DATE_EPOCH=$epoch" --provenance=false --output "${OUTPUT:-$output}" "$@" .
    ;;
  podman | buildah)
    exec "$builder" build "${arguments[@]}" --timestamp "$epoch" --format "${FORMAT:-oci}" "$@" .
    ;;
  *) echo "unknown builder $builder: use docker, podman or buildah" >&2; exit 2 ;;
esac
