.PHONY: generate-chart
generate-chart: ## generate the definitions, rules and schema of charts/clausea
	go run -C hack/chart ./generate $(CURDIR)
