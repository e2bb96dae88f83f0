# The Helm chart: charts/clausea. hack/chart has its tests and the generator. Without HELM3 and HELM4,
# the tests that need Helm are skipped; make chart sets them.
MODULES += hack/chart

.PHONY: generate-chart
generate-chart: ## generate the definitions, rules and schema of charts/clausea
	go run -C hack/chart ./generate $(CURDIR)

.PHONY: chart
chart: ## check charts/clausea with Helm 3 and 4; builds the programs that it needs
	hack/chart/check.sh

.PHONY: chart-readme
chart-readme: ## write README.md of charts/clausea from values.yaml
	hack/chart/readme.sh charts/clausea
