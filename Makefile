# clausea: the targets people use. `make help` lists them.
BIN := bin/clausea
GOLD ?= ../shared/gold
export CGO_ENABLED ?= 1

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/clausea
	go build -trimpath -o $(BIN) .

.PHONY: run
run: build ## crawl the bundled demo company twice, and show what changed in between
	$(BIN) demo

.PHONY: test
test: ## run every test, with the race detector; fetches what it needs
	MONGOD=$$(hack/mongod/get.sh) && export MONGOD && go test -race -timeout 60m ./...

CONTROLLER_GEN := sigs.k8s.io/controller-tools/cmd/controller-gen@v0.23.0

.PHONY: generate
generate: ## write what is generated: deepcopy and the custom resource definitions
	go run $(CONTROLLER_GEN) object crd paths=./api/... output:crd:artifacts:config=config/crd/bases

.PHONY: verify
verify: generate ## generate, format, vet and tidy, and fail if anything differs afterwards
	git diff --exit-code -- api config/crd
	@test -z "$$(gofmt -l .)" || { echo "not gofmt-ed:"; gofmt -l .; exit 1; }
	go vet ./...
	go mod tidy -diff

.PHONY: eval
eval: build ## score the binary on the labelled pages and sites in $(GOLD)
	bash $(GOLD)/unpack.sh .gold
	cd $(GOLD)/../tools/sitesd && go build -o $(CURDIR)/bin/sitesd .
	for w in types extraction changes; do python3 $(GOLD)/../evals/score.py $$w --bin $(BIN) --gold .gold || exit 1; done
	python3 $(GOLD)/../evals/score.py discovery --bin $(BIN) --gold .gold --sitesd bin/sitesd

.PHONY: bench
bench: ## measure the engine beside rivals; docs/benchmarks.md has the figures
	go build -o bin/bench ./hack/bench && bin/bench -pages 2000

.PHONY: train
train: ## train the model of documents' types from the labelled pages in $(GOLD)
	bash $(GOLD)/unpack.sh .gold
	go run ./hack/trainclassify -gold .gold

.PHONY: clean
clean: ## remove what was built
	rm -rf bin .gold
