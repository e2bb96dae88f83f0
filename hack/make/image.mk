IMAGE ?= ghcr.io/clausea/crawler
IMAGE_TARGET ?= release
REVISION ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)

.PHONY: image
image: ## build the image IMAGE:VERSION with docker, podman or buildah; IMAGE_TARGET=chromium adds a browser
	VERSION="$(or $(VERSION),dev)" REVISION="$(REVISION)" hack/image/build.sh $(IMAGE_TARGET) "$(IMAGE):$(or $(VERSION),dev)$(if $(filter chromium,$(IMAGE_TARGET)),-chromium)"

.PHONY: test-image
test-image: ## lint the Dockerfile, build it with stand-in base images, and run the image; needs Debian and root
	hack/image/test.sh

.PHONY: lint-image
lint-image: ## lint the Dockerfile with hadolint
	"$$(hack/image/hadolint.sh)" --failure-threshold style Dockerfile
