.PHONY: release
release: ## make a release of VERSION in dist; RELEASE_KEY=key.pem signs it, PARTS="archives sbom" makes parts
	hack/release/release.sh "$(VERSION)"

.PHONY: test-release
test-release: ## make a release of this machine's platform twice, compare, verify and run it; needs Debian and root
	hack/release/test.sh

.PHONY: build-all
build-all: ## compile the program for every platform of a release
	@set -e; for platform in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64; do \
		echo "$$platform"; GOOS=$${platform%/*} GOARCH=$${platform#*/} CGO_ENABLED=0 go build $(BUILD_FLAGS) -o /dev/null .; done

ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

.PHONY: lint-workflows
lint-workflows: ## lint the workflows of GitHub Actions
	go run $(ACTIONLINT) .github/workflows/*.yml
