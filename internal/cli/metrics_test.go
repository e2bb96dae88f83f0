package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"

	"github.com/clausea/crawler/internal/store"
)

func TestTheReferenceOfMetricsIsUpToDate(t *testing.T) {
	t.Parallel()
	var want bytes.Buffer
	if err := WriteMetricsMarkdown(&want); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../docs/reference/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("docs/reference/metrics.md is out of date: run make generate")
	}
}

func TestAllMetricsFollowTheConventionsOfPrometheus(t *testing.T) {
	t.Parallel()
	registry, err := allMetrics()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := testutil.GatherAndLint(registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	const maxSeries = 60 // of a metric whose labels are not those of the API
	for _, f := range families {
		if n := len(f.GetMetric()); n > maxSeries && !strings.HasPrefix(f.GetName(), "clausea_api_") {
			t.Errorf("%s has %d series", f.GetName(), n)
		}
	}
}

// counted returns the sum of a metric over all its labels.
func counted(t *testing.T, m processMetrics, name string) (sum float64) {
	t.Helper()
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		if f.GetType() != dto.MetricType_COUNTER {
			t.Fatalf("%s is no counter", name)
		}
		for _, s := range f.GetMetric() {
			sum += s.GetCounter().GetValue()
		}
	}
	return sum
}

func TestTheOperatorCountsTheRunsOfWorkerPods(t *testing.T) {
	t.Parallel()
	m, err := newProcessMetrics()
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	p := &process{startedAt: start, metrics: m}
	ended := store.Run{
		ID: "r", State: store.RunComplete, StopReason: "Converged", StartedAt: start.Add(-time.Minute), FinishedAt: start.Add(time.Minute),
		Progress: store.Progress{Fetched: 5, Failed: 2, Skipped: map[string]int64{"robots": 3}}, Documents: store.DocumentCounts{New: 1, Unchanged: 4},
	}
	before := ended
	before.ID, before.FinishedAt = "before", start.Add(-time.Second)
	for _, r := range []store.Run{ended, ended, before} { // the controller sees an ended run several times
		p.recordWorkerPodRun(r)
	}
	for name, want := range map[string]float64{
		"clausea_crawl_runs_total": 1, "clausea_crawl_runs_started_total": 1, "clausea_crawl_pages_total": 5, "clausea_crawl_urls_failed_total": 2,
		"clausea_crawl_urls_skipped_total": 3, "clausea_crawl_documents_total": 5,
	} {
		if got := counted(t, m, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}
