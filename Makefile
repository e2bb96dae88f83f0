# Targets for development; docs/development.md describes them. `make help` lists them.
BIN := bin/clausea
GOLD ?= ../shared/gold
export CGO_ENABLED ?= 1

# The Go modules that are tested, linted, vetted and tidied. Those below hack have
# dependencies that the main module does not need.
MODULES := . hack/apilint hack/bench hack/eval hack/trainclassify hack/trainscore
comma := ,
empty :=
GOTEST = go run ./hack/gotest -modules $(subst $(empty) $(empty),$(comma),$(strip $(MODULES)))

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

BUILD_FLAGS := $(shell hack/build/flags.sh)
# Without git, the binary reports the version that Go recorded for the module.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)

.PHONY: build
build: ## build bin/clausea
	@echo "Building $(BIN) with the flags of hack/build/flags.sh"
	@go build $(BUILD_FLAGS) -ldflags "-X github.com/clausea/crawler/internal/cli.version=$(VERSION)" -o $(BIN) .

.PHONY: run
run: build ## crawl the bundled demo company, whose site changes, until Ctrl-C
	@LOG_LEVEL=$${LOG_LEVEL:-warn} $(BIN) standalone --demo

.PHONY: test-short
test-short: ## run the fast tests, which need no other program, in under three minutes
	$(GOTEST) -short ./...

.PHONY: test
test: ## run all tests with the race detector; downloads and builds the programs that they need
	hack/packages/get.sh curl jq mandoc patch redis-server
	MONGOD=$$(hack/mongod/get.sh) && KUBEBUILDER_ASSETS=$$(hack/kube/get.sh) && CHROMIUM=$$(hack/chromium/get.sh) && AXE=$$(hack/axe/get.sh) && PATH="$$(hack/node/get.sh):$$PATH" && \
	export MONGOD KUBEBUILDER_ASSETS CHROMIUM AXE PATH && $(GOTEST) -race -count=1 -timeout 60m ./...
	hack/client/check.sh

.PHONY: test-docx
test-docx: ## test that LibreOffice, which it installs, reads the tracked changes of Word documents
	SOFFICE=$$(hack/libreoffice/get.sh) && export SOFFICE && go test -count=1 -v -run LibreOffice ./internal/docx

COMMITS ?= 10000
ELECTIONS ?= 20
KILLS ?= 20

.PHONY: test-faults
test-faults: ## test writers and crawls with COMMITS commits, ELECTIONS elections and KILLS kills
	MONGOD=$$(hack/mongod/get.sh) && export MONGOD && \
	CLAUSEA_TEST_COMMITS=$(COMMITS) CLAUSEA_TEST_ELECTIONS=$(ELECTIONS) CLAUSEA_TEST_KILLS=$(KILLS) \
	go test -count=1 -timeout 120m -v -run 'TestFaultsOfWriters|TestRepeatedKills' ./internal/store/sqlite ./internal/store/mongo ./internal/cli

CRD_REF_DOCS := github.com/elastic/crd-ref-docs@v0.2.0
CONTROLLER_GEN := sigs.k8s.io/controller-tools/cmd/controller-gen@v0.23.0
TEMPL := github.com/a-h/templ/cmd/templ@v0.3.1118

.PHONY: generate
generate: ## generate the deepcopy code, definitions, roles, components of the dashboard, reference pages and files of the chart
	go run $(CONTROLLER_GEN) object crd paths=./api/... output:crd:artifacts:config=config/crd/bases
	go run $(CONTROLLER_GEN) rbac:roleName=clausea-operator paths="./controllers/...;./internal/run/kubejob;./internal/cli" output:rbac:dir=config/rbac
	go run $(TEMPL) generate -path internal/dashboard -include-version=false -log-level error
	go run $(CRD_REF_DOCS) --source-path=api/v1alpha1 --config=hack/docs/api.yaml --renderer=markdown --output-path=docs/reference/v1alpha1.md --log-level=ERROR
	go run ./hack/docs docs
	$(MAKE) --no-print-directory generate-chart

.PHONY: client
client: ## generate and build the TypeScript client from docs/openapi.json
	PATH="$$(hack/node/get.sh):$$PATH" && export PATH && hack/client/install.sh clients/typescript && \
	npm --prefix clients/typescript run --silent generate -- --silent && npm --prefix clients/typescript run --silent build

.PHONY: test-client
test-client: ## test the TypeScript client; fail if docs/openapi.json gives another one
	hack/client/check.sh

EXAMPLES ?= 400

.PHONY: test-api-fuzz
test-api-fuzz: ## send requests that schemathesis generates to every route, EXAMPLES or more to each
	EXAMPLES=$(EXAMPLES) hack/schemathesis/run.sh

# The linter must be built with the Go version of the code that it reads.
GOLANGCI_LINT_VERSION := v2.15.0
GOLANGCI_LINT := bin/golangci-lint-$(GOLANGCI_LINT_VERSION)-$(shell go env GOVERSION)

$(GOLANGCI_LINT):
	GOBIN=$(CURDIR)/bin/.install go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv bin/.install/golangci-lint $@ && rm -rf bin/.install

.PHONY: format
format: $(GOLANGCI_LINT) ## format the code, its imports and the components of the dashboard
	$(GOLANGCI_LINT) fmt
	go run $(TEMPL) fmt -log-level error internal/dashboard

.PHONY: lint
lint: $(GOLANGCI_LINT) ## run the linters of .golangci.yml, of the API types and of the glossary
	@set -e; for m in $(MODULES); do echo "golangci-lint run $$m"; (cd $$m && $(CURDIR)/$(GOLANGCI_LINT) run ./...); done
	go run ./hack/words
	go build -C hack/apilint -o $(CURDIR)/bin/apilint . && bin/apilint ./api/...

.PHONY: vet
vet: ## run go vet in all modules
	@set -e; for m in $(MODULES); do go vet -C $$m ./...; done

.PHONY: tidy
tidy: ## run go mod tidy in all modules
	@set -e; for m in $(MODULES); do go -C $$m mod tidy; done

# Uncommitted changes may stay; verify fails only if it changes a file itself.
STATE = git diff HEAD && git status --porcelain

.PHONY: verify
verify: ## generate, format, lint, vet and tidy; fail if that changes a file
	@before=$$($(STATE)) && $(MAKE) --no-print-directory generate format lint vet tidy && \
	after=$$($(STATE)) && if [ "$$before" != "$$after" ]; then \
		git status --short; git --no-pager diff --stat; \
		echo "make verify changed files: review and commit them"; exit 1; fi

.PHONY: eval
eval: build ## score the binary on the labelled pages and sites in $(GOLD); update docs/quality.md
	bash $(GOLD)/unpack.sh .gold
	cd $(GOLD)/../tools/sitesd && go build -o $(CURDIR)/bin/sitesd .
	go build -C hack/eval -o $(CURDIR)/bin/eval . && go build -C hack/trainclassify -o $(CURDIR)/bin/trainclassify .
	bin/eval -bin $(BIN) -gold .gold -score $(GOLD)/../evals/score.py -sitesd bin/sitesd -trainclassify bin/trainclassify

.PHONY: bench
bench: ## run the benchmarks of docs/benchmarks.md; BENCH="-only engine" runs one part
	@if [ -e $(GOLD)/unpack.sh ]; then bash $(GOLD)/unpack.sh .gold; fi
	go build -C hack/bench -o $(CURDIR)/bin/bench . && go build -C hack/bench -o $(CURDIR)/bin/bench-programs ./programs
	MONGOD=$$(hack/mongod/get.sh || true); KUBEBUILDER_ASSETS=$$(hack/kube/get.sh || true); export MONGOD KUBEBUILDER_ASSETS; bin/bench -markdown bin/benchmarks.md $(BENCH)

FUZZTIME ?= 60s
FUZZFLAGS ?=

.PHONY: fuzz
fuzz: ## fuzz each target for FUZZTIME
	@set -e; for file in $$(grep -rl --include='*_test.go' '^func Fuzz' internal); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z]*\)(.*/\1/p' $$file); do \
			echo "$$(dirname $$file) $$target"; \
			go test ./$$(dirname $$file) -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $(FUZZFLAGS) || exit 1; \
		done; done

.PHONY: train
train: ## train the document classifier and the link weights on the labels in $(GOLD)
	bash $(GOLD)/unpack.sh .gold
	go build -C hack/trainscore -o $(CURDIR)/bin/trainscore . && bin/trainscore -gold .gold
	go build -C hack/trainclassify -o $(CURDIR)/bin/trainclassify . && bin/trainclassify -gold .gold

.PHONY: clean
clean: ## remove build output
	rm -rf bin .gold

# Targets of an area of their own: the chart, images, releases, deployments.
-include hack/make/*.mk
