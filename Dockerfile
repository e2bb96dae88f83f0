# The image of Clausea: a static binary, certificates and nothing else (target release, the default),
# or the binary on Debian with a headless Chromium (target chromium). docs/image.md describes both.
# Building needs BuildKit, podman or buildah, which set the TARGET* arguments.
ARG GO_IMAGE=golang:1.26
ARG BASE_IMAGE=gcr.io/distroless/static:nonroot
ARG CHROMIUM_BASE_IMAGE=debian:bookworm-slim

# Compiles on the builder's architecture for the target's, without emulation.
FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOTOOLCHAIN=local
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY LICENSE main.go ./
COPY api api
COPY config config
COPY controllers controllers
COPY internal internal
COPY hack/build/flags.sh hack/build/
ARG TARGETOS TARGETARCH
ARG VERSION=dev
ARG REVISION=unknown
# The build ID is left out and the paths are trimmed, so that equal sources give equal binaries.
# hadolint ignore=SC2046
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    mkdir -p /out/data && \
    GOOS=$TARGETOS GOARCH=$TARGETARCH go build $(sh hack/build/flags.sh) \
      -ldflags "-s -w -buildid= -X github.com/clausea/crawler/internal/cli.version=$VERSION -X github.com/clausea/crawler/internal/cli.revision=$REVISION" \
      -o /out/clausea .

FROM ${CHROMIUM_BASE_IMAGE} AS chromium
# Debian publishes security updates of Chromium, so the version is not pinned: rebuild the image weekly.
# The logs and caches of apt contain the time.
# hadolint ignore=DL3008
RUN apt-get update && \
    apt-get install -y --no-install-recommends ca-certificates chromium-headless-shell fonts-liberation && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt /var/cache/ldconfig /var/cache/fontconfig /var/log/apt /var/log/dpkg.log /var/log/alternatives.log
COPY --from=build /out/clausea /clausea
COPY --from=build --chown=65532:65532 --chmod=0700 /out/data /data
COPY --from=build /src/LICENSE /LICENSE
ARG VERSION=dev
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="Clausea Crawler with Chromium" \
      org.opencontainers.image.description="Finds the legal documents of companies, stores every version, and shows what changed; renders pages" \
      org.opencontainers.image.source="https://github.com/clausea/crawler" \
      org.opencontainers.image.documentation="https://github.com/clausea/crawler/blob/main/docs/image.md" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.vendor="Clausea" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED"
# The sandbox of Chromium creates user namespaces, which seccomp profiles of container runtimes forbid
# by default; docs/image.md says what to allow.
ENV CLAUSEA_DATA_DIR=/data CLAUSEA_RENDER=Auto
EXPOSE 8080
USER 65532:65532
ENTRYPOINT ["/clausea"]

FROM ${BASE_IMAGE} AS release
COPY --from=build /out/clausea /clausea
COPY --from=build --chown=65532:65532 --chmod=0700 /out/data /data
COPY --from=build /src/LICENSE /LICENSE
ARG VERSION=dev
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="Clausea Crawler" \
      org.opencontainers.image.description="Finds the legal documents of companies, stores every version, and shows what changed" \
      org.opencontainers.image.source="https://github.com/clausea/crawler" \
      org.opencontainers.image.documentation="https://github.com/clausea/crawler/blob/main/docs/image.md" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.vendor="Clausea" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED" \
      org.opencontainers.image.base.name="gcr.io/distroless/static:nonroot"
# A volume at /data belongs to the user of the image. Without one, the embedded store is lost with the
# container. MONGO_URI replaces it.
ENV CLAUSEA_DATA_DIR=/data
EXPOSE 8080
USER 65532:65532
ENTRYPOINT ["/clausea"]
