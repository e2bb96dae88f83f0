package telemetry

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestCrawlMetricsCountEachEventOnce(t *testing.T) {
	t.Parallel()
	reg := NewRegistry("v1.2.3")
	m, err := NewCrawlMetrics(reg, CrawlLabels{SkipReasons: []string{"depth", "robots"}, DocumentOutcomes: []string{"New"}, StopReasons: []string{"Converged", "Internal"},
		Triggers: []string{"API"}, DocumentTypes: []string{"imprint"}, HostReasons: []string{"retry_after"}})
	if err != nil {
		t.Fatal(err)
	}
	first, second := m.StartRun("API", false), m.StartRun("", true)
	first.RecordPage(100)
	first.RecordPage(50)
	first.RecordFailure()
	first.RecordSkips(map[string]int{"robots": 2})
	first.RecordSkips(map[string]int{"robots": 5, "depth": 1})
	first.RecordDocuments(map[string]int64{"New": 2, "Odd": 1})
	first.Finish("Converged")
	second.RecordSkips(map[string]int{"robots": 100}) // recorded by the previous process
	second.RecordSkips(map[string]int{"robots": 101})
	second.Finish("Exploded")
	m.CountRetry("Internal")
	m.CountTakeover()
	first.RecordDelayWait(2 * time.Second)
	first.RecordDelayWait(3 * time.Second)
	first.RecordHostSlowdown("retry_after")
	first.RecordVersions("imprint", 2)
	first.RecordVersions("imprint", 0)
	second.RecordLost()
	want := `
# HELP clausea_crawl_document_versions_total Versions of documents that were stored, by document type.
# TYPE clausea_crawl_document_versions_total counter
clausea_crawl_document_versions_total{type="imprint"} 2
# HELP clausea_crawl_documents_total Documents of runs that ended, by outcome.
# TYPE clausea_crawl_documents_total counter
clausea_crawl_documents_total{outcome="New"} 2
clausea_crawl_documents_total{outcome="other"} 1
# HELP clausea_crawl_host_delay_wait_seconds_total Time for which runs waited for the delays of hosts, with no request in flight.
# TYPE clausea_crawl_host_delay_wait_seconds_total counter
clausea_crawl_host_delay_wait_seconds_total 3
# HELP clausea_crawl_host_slowdowns_total Hosts that were paused, or whose delay between requests was raised, by reason.
# TYPE clausea_crawl_host_slowdowns_total counter
clausea_crawl_host_slowdowns_total{reason="retry_after"} 1
# HELP clausea_crawl_page_bytes_total Bytes of fetched pages, after decompression.
# TYPE clausea_crawl_page_bytes_total counter
clausea_crawl_page_bytes_total 150
# HELP clausea_crawl_pages_total Pages fetched.
# TYPE clausea_crawl_pages_total counter
clausea_crawl_pages_total 2
# HELP clausea_crawl_run_retries_total Failed runs that were queued again, by the stop reason of the failure.
# TYPE clausea_crawl_run_retries_total counter
clausea_crawl_run_retries_total{reason="Converged"} 0
clausea_crawl_run_retries_total{reason="Internal"} 1
# HELP clausea_crawl_run_takeovers_total Runs that this process took over from a worker that was lost.
# TYPE clausea_crawl_run_takeovers_total counter
clausea_crawl_run_takeovers_total 1
# HELP clausea_crawl_runs_lost_total Runs that this process lost, because it did not renew their lease and another worker took them over.
# TYPE clausea_crawl_runs_lost_total counter
clausea_crawl_runs_lost_total 1
# HELP clausea_crawl_runs_running Number of runs that this process executes.
# TYPE clausea_crawl_runs_running gauge
clausea_crawl_runs_running 0
# HELP clausea_crawl_runs_started_total Executions of runs that began, by what triggered the run. An interrupted run counts again when it resumes.
# TYPE clausea_crawl_runs_started_total counter
clausea_crawl_runs_started_total{trigger="API"} 1
clausea_crawl_runs_started_total{trigger="other"} 1
# HELP clausea_crawl_runs_total Executions of runs that ended, by stop reason. An interrupted run counts again when it resumes.
# TYPE clausea_crawl_runs_total counter
clausea_crawl_runs_total{reason="Converged"} 1
clausea_crawl_runs_total{reason="Internal"} 0
clausea_crawl_runs_total{reason="other"} 1
# HELP clausea_crawl_urls_failed_total URLs that could not be fetched, after all retries of a request.
# TYPE clausea_crawl_urls_failed_total counter
clausea_crawl_urls_failed_total 1
# HELP clausea_crawl_urls_skipped_total URLs that were skipped, by skip reason, including failed URLs.
# TYPE clausea_crawl_urls_skipped_total counter
clausea_crawl_urls_skipped_total{reason="depth"} 1
clausea_crawl_urls_skipped_total{reason="robots"} 6
`
	names := []string{"document_versions_total", "documents_total", "host_delay_wait_seconds_total", "host_slowdowns_total", "runs_lost_total", "runs_started_total", "page_bytes_total", "pages_total", "run_retries_total", "run_takeovers_total", "runs_running", "runs_total", "urls_failed_total", "urls_skipped_total"}
	for i, n := range names {
		names[i] = "clausea_crawl_" + n
	}
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), names...); err != nil {
		t.Error(err)
	}
	if n, err := testutil.GatherAndCount(reg, "clausea_crawl_run_duration_seconds", "clausea_build_info", "go_goroutines", "process_cpu_seconds_total"); err != nil || n != 6 {
		t.Errorf("the registry has %d other series, %v", n, err)
	}
	if problems, err := testutil.GatherAndLint(reg); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
}

func TestARunOfAnotherProcessIsCountedOnce(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	m, err := NewCrawlMetrics(reg, CrawlLabels{SkipReasons: []string{"robots"}, DocumentOutcomes: []string{"New"}, StopReasons: []string{"Converged"}})
	if err != nil {
		t.Fatal(err)
	}
	r := RemoteRun{Key: "run 1", Reason: "Converged", Duration: time.Minute, Pages: 7, Skipped: map[string]int64{"robots": 3}, Documents: map[string]int64{"New": 2}}
	m.RecordRemoteRun(r)
	m.RecordRemoteRun(r)
	r.Key = "run 1, retried"
	m.RecordRemoteRun(r)
	for metric, want := range map[prometheus.Collector]float64{
		m.runs.WithLabelValues("Converged"): 2, m.pages: 14, m.skipped.WithLabelValues("robots"): 6, m.documents.WithLabelValues("New"): 4,
	} {
		if got := testutil.ToFloat64(metric); got != want {
			t.Errorf("a metric is %v, want %v", got, want)
		}
	}
}

func TestLabelValuesAreBounded(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	m, err := NewCrawlMetrics(reg, CrawlLabels{})
	if err != nil {
		t.Fatal(err)
	}
	skips, documents := map[string]int{}, map[string]int64{}
	for i := range 1000 {
		skips[fmt.Sprintf("reason_%d", i)], documents[fmt.Sprint(i)] = 1, 1
	}
	r := m.StartRun("", false)
	r.RecordSkips(skips)
	r.RecordDocuments(documents)
	if n, err := testutil.GatherAndCount(reg, "clausea_crawl_urls_skipped_total", "clausea_crawl_documents_total"); err != nil || n != 2 {
		t.Errorf("there are %d series, %v", n, err)
	}
}

func TestMetricsOfRequestsStoreAndQueueExistFromTheStart(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	fetches, err := NewFetchMetrics(reg, []string{"dns", "tls"})
	if err != nil {
		t.Fatal(err)
	}
	operations, err := NewStoreMetrics(reg, []string{"get_run"})
	if err != nil {
		t.Fatal(err)
	}
	queue, err := NewQueueMetrics(reg, QueueLabels{States: []string{"Pending"}, Causes: []string{"Retry"}, Ages: []string{"never", "failed"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{
		"clausea_fetch_responses_total": 5, "clausea_fetch_errors_total": 2, "clausea_fetch_duration_seconds": 2,
		"clausea_store_errors_total": 1, "clausea_store_operation_duration_seconds": 1,
		"clausea_queue_runs": 1, "clausea_queue_waiting_runs": 1, "clausea_queue_oldest_waiting_seconds": 1, "clausea_companies": 2,
	} {
		if n, err := testutil.GatherAndCount(reg, name); err != nil || n != want {
			t.Errorf("%s has %d series, want %d, %v", name, n, want, err)
		}
	}
	fetches.RecordResponse(503, time.Second)
	fetches.RecordResponse(999, time.Second)
	fetches.RecordError("tls", time.Second)
	operations.Record("get_run", time.Second, true)
	queue.Set(QueueSample{Runs: map[string]int{"Pending": 4}, Oldest: time.Minute})
	queue.Set(QueueSample{Oldest: time.Minute}) // no run is pending any more
	for metric, want := range map[prometheus.Collector]float64{
		fetches.responses.WithLabelValues("5xx"): 1, fetches.responses.WithLabelValues(other): 1, fetches.errors.WithLabelValues("tls"): 1,
		operations.errors.WithLabelValues("get_run"): 1, queue.runs.WithLabelValues("Pending"): 0, queue.oldest: 60,
	} {
		if got := testutil.ToFloat64(metric); got != want {
			t.Errorf("a metric is %v, want %v", got, want)
		}
	}
	if problems, err := testutil.GatherAndLint(reg); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
}

func TestNilMetricsRecordNothing(t *testing.T) {
	t.Parallel()
	var m *CrawlMetrics
	r := m.StartRun("", false)
	r.RecordPage(1)
	r.RecordFailure()
	r.RecordSkips(map[string]int{"robots": 1})
	r.RecordDocuments(map[string]int64{"New": 1})
	r.Finish("c")
	m.CountRetry("c")
	m.CountTakeover()
	m.RecordRemoteRun(RemoteRun{})
	(*FetchMetrics)(nil).RecordResponse(200, 0)
	(*FetchMetrics)(nil).RecordError("tls", 0)
	(*StoreMetrics)(nil).Record("get_run", 0, false)
	(*QueueMetrics)(nil).Set(QueueSample{})
	if r != nil {
		t.Error("StartRun of nil metrics returns non-nil")
	}
}
