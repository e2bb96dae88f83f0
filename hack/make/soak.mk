SOAK ?= 20m

.PHONY: soak
soak: build ## crawl for $(SOAK) with faults; verify that memory does not grow and nothing is lost; SEED=n repeats a run
	go build -C hack/bench -o $(CURDIR)/bin/bench .
	MONGOD=$$(hack/mongod/get.sh || true); export MONGOD; bin/bench -only soak -bin $(BIN) -soak $(SOAK) -seed $(or $(SEED),0) -logs bin/soak $(BENCH)
