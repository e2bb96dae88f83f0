package telemetry

import (
	"sync"
	"time"
)

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
			r.all.skipped.WithLabelValues(r.all.skipReasons.bound(reason)).Add(float64(increase))
		}
	}
}

// RecordDocuments records the documents of a run that ended, by outcome. Call it once.
func (r *RunMetrics) RecordDocuments(byOutcome map[string]int64) {
	if r != nil {
		r.all.recordDocuments(byOutcome)
	}
}

// Finish records the stop reason of the run. Call it once.
func (r *RunMetrics) Finish(reason string) {
	if r == nil {
		return
	}
	reason = r.all.stopReasons.bound(reason)
	r.all.runs.WithLabelValues(reason).Inc()
	r.all.seconds.WithLabelValues(reason).Observe(time.Since(r.startedAt).Seconds())
	r.all.running.Dec()
}
