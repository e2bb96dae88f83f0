package telemetry

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// CrawlMetrics holds the metrics of runs and of the URLs that they crawl. A nil CrawlMetrics
// records nothing. The methods are safe for concurrent use.
type CrawlMetrics struct {
	pages, failed, bytes prometheus.Counter
	skipped              *prometheus.CounterVec
	documents            *prometheus.CounterVec
	runs                 *prometheus.CounterVec
	seconds              *prometheus.HistogramVec
	running              prometheus.Gauge
	started              *prometheus.CounterVec
	retries              *prometheus.CounterVec
	takeovers, lost      prometheus.Counter
	versions             *prometheus.CounterVec
	hostEvents           *prometheus.CounterVec
	delayWait            prometheus.Counter

	skipReasons, outcomes, stopReasons, triggers, types, hostReasons *labelSet

	remoteMu sync.Mutex
	remote   map[string]bool // the runs of other processes that were recorded, by key
}

// CrawlLabels lists the label values of CrawlMetrics, which exist from the start with the value
// 0. Any other value is counted as "other".
type CrawlLabels struct {
	SkipReasons, DocumentOutcomes, StopReasons []string
	Triggers                                   []string // what starts runs
	DocumentTypes                              []string
	HostReasons                                []string // why hosts receive fewer requests
}

// NewCrawlMetrics creates the metrics and registers them with r. It returns an error if r
// already has a metric of the same name.
func NewCrawlMetrics(r prometheus.Registerer, l CrawlLabels) (*CrawlMetrics, error) {
	f := factory{r, "crawl"}
	m := &CrawlMetrics{
		pages:     f.counter("pages_total", "Pages fetched."),
		failed:    f.counter("urls_failed_total", "URLs that could not be fetched, after all retries of a request."),
		bytes:     f.counter("page_bytes_total", "Bytes of fetched pages, after decompression."),
		skipped:   f.counters("urls_skipped_total", "URLs that were skipped, by skip reason, including failed URLs.", "reason"),
		documents: f.counters("documents_total", "Documents of runs that ended, by outcome.", "outcome"),
		runs:      f.counters("runs_total", "Executions of runs that ended, by stop reason. An interrupted run counts again when it resumes.", "reason"),
		seconds: f.histograms("run_duration_seconds", "Duration of executions of runs, by stop reason.",
			[]float64{1, 5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600}, "reason"),
		running:     f.gauge("runs_running", "Number of runs that this process executes."),
		retries:     f.counters("run_retries_total", "Failed runs that were queued again, by the stop reason of the failure.", "reason"),
		started:     f.counters("runs_started_total", "Executions of runs that began, by what triggered the run. An interrupted run counts again when it resumes.", "trigger"),
		takeovers:   f.counter("run_takeovers_total", "Runs that this process took over from a worker that was lost."),
		lost:        f.counter("runs_lost_total", "Runs that this process lost, because it did not renew their lease and another worker took them over."),
		versions:    f.counters("document_versions_total", "Versions of documents that were stored, by document type.", "type"),
		hostEvents:  f.counters("host_slowdowns_total", "Hosts that were paused, or whose delay between requests was raised, by reason.", "reason"),
		delayWait:   f.counter("host_delay_wait_seconds_total", "Time for which runs waited for the delays of hosts, with no request in flight."),
		skipReasons: newLabels(l.SkipReasons...), outcomes: newLabels(l.DocumentOutcomes...), stopReasons: newLabels(l.StopReasons...),
		triggers: newLabels(l.Triggers...), types: newLabels(l.DocumentTypes...), hostReasons: newLabels(l.HostReasons...),
		remote: map[string]bool{},
	}
	startAtZero(m.skipped, l.SkipReasons)
	startAtZero(m.documents, l.DocumentOutcomes)
	for _, reason := range l.StopReasons {
		m.runs.WithLabelValues(reason)
		m.seconds.WithLabelValues(reason)
		m.retries.WithLabelValues(reason)
	}
	startAtZero(m.started, l.Triggers)
	startAtZero(m.versions, l.DocumentTypes)
	startAtZero(m.hostEvents, l.HostReasons)
	return m, f.register("crawl", m.pages, m.failed, m.bytes, m.skipped, m.documents, m.runs, m.seconds, m.running, m.retries,
		m.started, m.takeovers, m.lost, m.versions, m.hostEvents, m.delayWait)
}

// CountRetry counts a failed run that is queued again. reason is the stop reason of the failure.
func (m *CrawlMetrics) CountRetry(reason string) {
	if m != nil {
		m.retries.WithLabelValues(m.stopReasons.bound(reason)).Inc()
	}
}

// CountTakeover counts a run that this process took over from a worker that was lost.
func (m *CrawlMetrics) CountTakeover() {
	if m != nil {
		m.takeovers.Inc()
	}
}

// maxRemote is the maximum number of runs of other processes that are remembered, so that each
// is counted once. The oldest are about an hour's worth of retries in a large deployment.
const maxRemote = 20_000

// RemoteRun is a run that another process executed, such as the pod of a Kubernetes Job, which
// has no metrics of its own.
type RemoteRun struct {
	Key        string // identifies the execution of the run
	Trigger    string // what triggered the run
	Reason     string // the stop reason
	Duration   time.Duration
	Pages      int64
	FailedURLs int64
	Bytes      int64
	Skipped    map[string]int64 // URLs by skip reason
	Documents  map[string]int64 // documents by outcome
}

// RecordRemoteRun records a run that another process executed. Only the first call for a key
// records it.
func (m *CrawlMetrics) RecordRemoteRun(r RemoteRun) {
	if m == nil || !m.firstCall(r.Key) {
		return
	}
	reason := m.stopReasons.bound(r.Reason)
	m.started.WithLabelValues(m.triggers.bound(r.Trigger)).Inc()
	m.runs.WithLabelValues(reason).Inc()
	m.seconds.WithLabelValues(reason).Observe(r.Duration.Seconds())
	m.pages.Add(float64(r.Pages))
	m.failed.Add(float64(r.FailedURLs))
	m.bytes.Add(float64(r.Bytes))
	for reason, n := range r.Skipped {
		m.skipped.WithLabelValues(m.skipReasons.bound(reason)).Add(float64(n))
	}
	m.recordDocuments(r.Documents)
}

// firstCall reports whether this is the first call for a key.
func (m *CrawlMetrics) firstCall(key string) bool {
	m.remoteMu.Lock()
	defer m.remoteMu.Unlock()
	if m.remote[key] {
		return false
	}
	if len(m.remote) >= maxRemote {
		clear(m.remote)
	}
	m.remote[key] = true
	return true
}

func (m *CrawlMetrics) recordDocuments(byOutcome map[string]int64) {
	for outcome, n := range byOutcome {
		m.documents.WithLabelValues(m.outcomes.bound(outcome)).Add(float64(n))
	}
}
