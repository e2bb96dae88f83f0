package telemetry

import (
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// maxSkipReasons bounds the label reason of clausea_crawl_skipped_total; the engine
// has about forty.
const maxSkipReasons = 64

// CrawlMetrics are the metrics of crawls. All methods may be called on nil, which
// records nothing, and from several goroutines.
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

// CrawlLabels are the values that the labels of CrawlMetrics may have; any other is
// counted as "other".
type CrawlLabels struct{ Types, Changes, StopReasons []string }

// NewCrawlMetrics makes the metrics and registers them.
func NewCrawlMetrics(r prometheus.Registerer, l CrawlLabels) (*CrawlMetrics, error) {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "clausea", Subsystem: "crawl", Name: name, Help: help})
	}
	vector := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "clausea", Subsystem: "crawl", Name: name, Help: help}, labels)
	}
	m := &CrawlMetrics{
		pages:     counter("pages_total", "Pages that were fetched."),
		failed:    counter("failed_total", "URLs that were given up."),
		bytes:     counter("page_bytes_total", "Bytes of pages, decompressed."),
		skipped:   vector("skipped_total", "URLs that brought no page, by reason; failed ones among them.", "reason"),
		documents: vector("documents_total", "Documents that runs found, by type and what happened to them.", "type", "change"),
		runs:      vector("runs_total", "Runs that ended, by what stopped them.", "reason"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "clausea", Subsystem: "crawl", Name: "duration_seconds", Help: "How long runs took, by what stopped them.",
			Buckets: []float64{1, 5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600},
		}, []string{"reason"}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "clausea", Subsystem: "crawl", Name: "running", Help: "Runs that are under way."}),
		reasons: newLabels(maxSkipReasons), types: newLabels(0, l.Types...), changes: newLabels(0, l.Changes...), stops: newLabels(0, l.StopReasons...),
	}
	for _, c := range []prometheus.Collector{m.pages, m.failed, m.bytes, m.skipped, m.documents, m.runs, m.seconds, m.running} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register the metrics of crawls: %w", err)
		}
	}
	return m, nil
}

// StartRun begins a run; the result is for this run alone. Of a run that is gone on with,
// the counts that Skipped is given first are those of the process before.
func (m *CrawlMetrics) StartRun(goneOn bool) *RunMetrics {
	if m == nil {
		return nil
	}
	m.running.Inc()
	r := &RunMetrics{all: m, startedAt: time.Now()}
	if !goneOn {
		r.recordedSkips = map[string]int{}
	}
	return r
}

// RunMetrics records one run. All methods may be called on nil, and from several
// goroutines.
type RunMetrics struct {
	all       *CrawlMetrics
	startedAt time.Time

	mu            sync.Mutex
	recordedSkips map[string]int // what is recorded already; nil until it is known
}

// RecordPage records a page that came, and its size.
func (r *RunMetrics) RecordPage(bytes int) {
	if r != nil {
		r.all.pages.Inc()
		r.all.bytes.Add(float64(bytes))
	}
}

// RecordFailure records a URL that was given up.
func (r *RunMetrics) RecordFailure() {
	if r != nil {
		r.all.failed.Inc()
	}
}

// RecordSkips records what the run's counts by reason grew by since it was called last.
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
		more := n - r.recordedSkips[reason]
		if more <= 0 {
			continue
		}
		r.recordedSkips[reason] = n
		if !first {
			r.all.skipped.WithLabelValues(r.all.label(r.all.reasons, reason)).Add(float64(more))
		}
	}
}

// RecordDocument records a document that the run found.
func (r *RunMetrics) RecordDocument(typ, change string) {
	if r != nil {
		r.all.documents.WithLabelValues(r.all.label(r.all.types, typ), r.all.label(r.all.changes, change)).Inc()
	}
}

// Finish records how the run ended. It is called once.
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
