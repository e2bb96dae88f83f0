# Alerts and dashboards.

.PHONY: grafana
grafana: ## write the Grafana dashboard of the chart
	go run ./hack/grafana > charts/clausea/files/grafana-dashboard.json

.PHONY: test-alerts
test-alerts: ## test the alert rules with promtool, which it builds
	hack/promtool/test.sh

.PHONY: test-grafana
test-grafana: build ## run the queries of the Grafana dashboard in a Prometheus that scrapes the demo
	hack/promtool/dashboard.sh
