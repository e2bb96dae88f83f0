# A static binary on an image that has certificates and nothing else.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X github.com/clausea/crawler/internal/cli.version=${VERSION}" -o /clausea .

FROM gcr.io/distroless/static:nonroot
COPY --from=build /clausea /clausea
USER 65532:65532
ENTRYPOINT ["/clausea"]
