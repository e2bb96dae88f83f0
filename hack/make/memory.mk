# The memory part measures the program that is deployed, not the one in the benchmark.
bench: build

.PHONY: memory
memory: build ## measure standalone with API and dashboard in a cgroup of 512 MiB; needs root
	go build -C hack/bench -o $(CURDIR)/bin/bench .
	bin/bench -only memory -bin $(BIN) $(BENCH)
