package telemetry

import (
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// maxSkipReasons limits the values of the label reason of clausea_crawl_skipped_total. The
// engine has about forty skip reasons.
const maxSkipReasons = 64

// CrawlMetrics holds the metrics of crawls. A nil CrawlMetrics records nothing. The methods
// are safe for concurrent use.
type CrawlMetrics struct {
	pages, failed, bytes prometheus.Counter
	skipped              *prometheus.CounterVec
	documents            *prometheus.CounterVec
	runs                 *prometheus.CounterVec
	seconds              *prometheus.HistogramVec
	running              prometheus.Gauge

	mu      sync.Mutex
	reasons *labelSet
	types   *labelSet
	changes *labelSet
	stops   *labelSet
}

// CrawlLabels lists the label values of CrawlMetrics. Any other value is counted as
// "other".
type CrawlLabels struct{ Types, Changes, StopReasons []string }

// NewCrawlMetrics creates the metrics and registers them with r. It returns an error if r
// already has a metric of the same name.
func NewCrawlMetrics(r prometheus.Registerer, l CrawlLabels) (*CrawlMetrics, error) {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "clausea", Subsystem: "crawl", Name: name, Help: help})
	}
	vector := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "clausea", Subsystem: "crawl", Name: name, Help: help}, labels)
	}
	m := &CrawlMetrics{
		pages:     counter("pages_total", "Pages fetched."),
		failed:    counter("failed_total", "URLs that could not be fetched."),
		bytes:     counter("page_bytes_total", "Bytes of fetched pages, after decompression."),
		skipped:   vector("skipped_total", "URLs that were skipped, by reason, including failed URLs.", "reason"),
		documents: vector("documents_total", "Documents that runs found, by type and kind of change.", "type", "change"),
		runs:      vector("runs_total", "Finished runs, by stop reason.", "reason"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "clausea", Subsystem: "crawl", Name: "duration_seconds", Help: "Duration of runs, by stop reason.",
			Buckets: []float64{1, 5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600},
		}, []string{"reason"}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "clausea", Subsystem: "crawl", Name: "running", Help: "Number of runs in progress."}),
		reasons: newLabels(maxSkipReasons), types: newLabels(0, l.Types...), changes: newLabels(0, l.Changes...), stops: newLabels(0, l.StopReasons...),
	}
	for _, c := range []prometheus.Collector{m.pages, m.failed, m.bytes, m.skipped, m.documents, m.runs, m.seconds, m.running} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register the crawl metrics: %w", err)
		}
	}
	return m, nil
}

// StartRun records the start of a run and returns its metrics. The first call of RecordSkips
// for a resumed run records nothing, because the previous process recorded those counts.
func (m *CrawlMetrics) StartRun(resumed bool) *RunMetrics {
	if m == nil {
		return nil
	}
	m.running.Inc()
	r := &RunMetrics{all: m, startedAt: time.Now()}
	if !resumed {
		r.recordedSkips = map[string]int{}
	}
	return r
}

// RunMetrics records one run. A nil RunMetrics records nothing. The methods are safe for
// concurrent use.
type RunMetrics struct {
	all       *CrawlMetrics
	startedAt time.Time

	mu            sync.Mutex
	recordedSkips map[string]int // counts recorded so far; nil until a resumed run has its baseline
}

// RecordPage records a fetched page and its size in bytes.
func (r *RunMetrics) RecordPage(bytes int) {
	if r != nil {
		r.all.pages.Inc()
		r.all.bytes.Add(float64(bytes))
	}
}

// RecordFailure records a URL that could not be fetched.
func (r *RunMetrics) RecordFailure() {
	if r != nil {
		r.all.failed.Inc()
	}
}

// RecordSkips records the increase of the run's skip counts since the previous call.
func (r *RunMetrics) RecordSkips(counts map[string]int) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	first := r.recordedSkips == nil
	if first {
		r.recordedSkips = map[string]int{}
	}
	for reason, n := range counts {
		increase := n - r.recordedSkips[reason]
		if increase <= 0 {
			continue
		}
		r.recordedSkips[reason] = n
		if !first {
			r.all.skipped.WithLabelValues(r.all.label(r.all.reasons, reason)).Add(float64(increase))
		}
	}
}

// RecordDocument records a document that the run found.
func (r *RunMetrics) RecordDocument(typ, change string) {
	if r != nil {
		r.all.documents.WithLabelValues(r.all.label(r.all.types, typ), r.all.label(r.all.changes, change)).Inc()
	}
}

// Finish records the stop reason of the run. Call it once.
func (r *RunMetrics) Finish(reason string) {
	if r == nil {
		return
	}
	reason = r.all.label(r.all.stops, reason)
	r.all.runs.WithLabelValues(reason).Inc()
	r.all.seconds.WithLabelValues(reason).Observe(time.Since(r.startedAt).Seconds())
	r.all.running.Dec()
}

func (m *CrawlMetrics) label(l *labelSet, value string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return l.bound(value)
}
