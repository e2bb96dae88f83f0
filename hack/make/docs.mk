.PHONY: test-pages
test-pages: ## execute the README's first commands on a clean checkout, and those of the page for one machine
	hack/packages/get.sh curl jq
	CLAUSEA_TEST_README=1 go test -count=1 -timeout 30m -run Readme .
	go test -count=1 -timeout 30m -run StandalonePage ./internal/cli

.PHONY: docs
docs: ## build the documentation as a site in bin/site; fail on a broken link
	MKDOCS=$$(hack/site/get.sh) && DISABLE_MKDOCS_2_WARNING=true PYTHONDONTWRITEBYTECODE=1 "$$MKDOCS" build --strict --clean
