package telemetry

import (
	"sync"
	"time"
)

// StartRun records the start of a run, by what triggered it, and returns its metrics. The first
// call of RecordSkips for a resumed run records nothing, because the previous process recorded
// those counts.
func (m *CrawlMetrics) StartRun(trigger string, resumed bool) *RunMetrics {
	if m == nil {
		return nil
	}
	m.started.WithLabelValues(m.triggers.bound(trigger)).Inc()
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
	recordedWait  time.Duration
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

// RecordDelayWait records the increase of the time for which the run waited for the delays of
// hosts in this process.
func (r *RunMetrics) RecordDelayWait(total time.Duration) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if total > r.recordedWait {
		r.all.delayWait.Add((total - r.recordedWait).Seconds())
		r.recordedWait = total
	}
}

// RecordHostSlowdown records that a host was paused or its delay was raised.
func (r *RunMetrics) RecordHostSlowdown(reason string) {
	if r != nil {
		r.all.hostEvents.WithLabelValues(r.all.hostReasons.bound(reason)).Inc()
	}
}

// RecordVersions records that n versions of a document of a type were stored.
func (r *RunMetrics) RecordVersions(documentType string, n int) {
	if r != nil && n > 0 {
		r.all.versions.WithLabelValues(r.all.types.bound(documentType)).Add(float64(n))
	}
}

// RecordLost records that another worker has taken the run over.
func (r *RunMetrics) RecordLost() {
	if r != nil {
		r.all.lost.Inc()
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
