.PHONY: generate-chart
generate-chart: ## generate the definitions and rules of charts/clausea from config
	go run ./hack/generatechart .
