package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/telemetry"
)

// WriteMetricsMarkdown writes docs/reference/metrics.md: the metrics of the program with the
// values of their labels.
func WriteMetricsMarkdown(w io.Writer) error {
	registry, err := allMetrics()
	if err != nil {
		return err
	}
	families, err := registry.Gather()
	if err != nil {
		return fmt.Errorf("gather the metrics: %w", err)
	}
	var b strings.Builder
	b.WriteString(`# Metrics

<!-- written by make generate -->

Every metric exists from the start of the process, with the value 0 for each value of its labels. A
value that a label does not list here is counted as ` + "`other`" + `. The operator, standalone and api
commands serve these metrics at ` + "`/metrics`" + `. Those of the API and of webhooks exist
where the API is served. See [observability](../observability.md).

| metric | type | meaning | labels |
|---|---|---|---|
`)
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), "clausea_") {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.GetName(), strings.ToLower(f.GetType().String()), f.GetHelp(), labelsOf(f))
		}
	}
	b.WriteString(`
The same endpoint serves the metrics of the Go runtime and of the process (` + "`go_*`, `process_*`" + `),
and those of the controllers, their work queues, their API requests and the leader election
(` + "`controller_runtime_*`, `workqueue_*`, `rest_client_*`, `leader_election_*`" + `).
`)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write docs/reference/metrics.md: %w", err)
	}
	return nil
}

// allMetrics returns a registry with all metrics of the program.
func allMetrics() (*prometheus.Registry, error) {
	m, err := newProcessMetrics()
	if err != nil {
		return nil, err
	}
	if err := httpapi.RegisterMetrics(m.registry); err != nil {
		return nil, err
	}
	_, err = telemetry.NewWebhookMetrics(m.registry)
	return m.registry, err
}

// labelsOf lists the labels of a metric with their values. The values of the build information
// depend on the build.
func labelsOf(f *dto.MetricFamily) string {
	var names []string
	values := map[string][]string{}
	for _, series := range f.GetMetric() {
		for _, l := range series.GetLabel() {
			if values[l.GetName()] == nil {
				names = append(names, l.GetName())
			}
			if v := "`" + l.GetValue() + "`"; !slices.Contains(values[l.GetName()], v) {
				values[l.GetName()] = append(values[l.GetName()], v)
			}
		}
	}
	var out []string
	for _, n := range names {
		if f.GetName() == "clausea_build_info" {
			out = append(out, "`"+n+"`")
			continue
		}
		if n == "operation" && strings.HasPrefix(f.GetName(), "clausea_api_") {
			out = append(out, "`operation`: an [operation of the API](scopes.md), or `none`")
			continue
		}
		out = append(out, "`"+n+"`: "+strings.Join(values[n], ", "))
	}
	return strings.Join(out, "; ")
}
