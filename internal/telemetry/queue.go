package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// QueueMetrics holds the metrics of the queue of runs and of the ages of companies' crawls. Only
// the leader sets them; they are 0 in other processes, so that a sum over all processes is
// right. A nil QueueMetrics records nothing. The methods are safe for concurrent use.
type QueueMetrics struct {
	runs      *prometheus.GaugeVec
	waiting   *prometheus.GaugeVec
	oldest    prometheus.Gauge
	companies *prometheus.GaugeVec
	lastCrawl prometheus.Gauge
	interval  prometheus.Gauge

	states, causes, ages []string
}

// QueueLabels lists the label values of QueueMetrics.
type QueueLabels struct{ States, Causes, Ages []string }

// QueueSample holds the values of QueueMetrics. A label value that is missing has the value 0.
type QueueSample struct {
	Runs      map[string]int // by state
	Waiting   map[string]int // pending runs by the cause for which they wait
	Oldest    time.Duration  // how long the first due run has waited for a worker
	Companies map[string]int // by the age of the last crawl
	LastCrawl time.Time      // the end of the last crawl, zero if there was none
	// Interval is the shortest interval of the schedules, 0 if no company has one.
	Interval time.Duration
}

// NewQueueMetrics creates the metrics and registers them with r.
func NewQueueMetrics(r prometheus.Registerer, l QueueLabels) (*QueueMetrics, error) {
	f := factory{r, "queue"}
	m := &QueueMetrics{
		runs:      f.gauges("runs", "Runs that have not ended, by state. Only the leader sets it.", "state"),
		waiting:   f.gauges("waiting_runs", "Pending runs, by the cause for which they wait. Only the leader sets it.", "cause"),
		oldest:    f.gauge("oldest_waiting_seconds", "Time for which the oldest due run has waited for a worker, since it was created, due for a retry, or last executed. Only the leader sets it."),
		companies: factory{r, ""}.gauges("companies", "Companies by the result and the age of their last crawl. Only the leader sets it.", "last_crawl"),
		lastCrawl: factory{r, ""}.gauge("last_crawl_end_timestamp_seconds", "Time at which the last crawl of any company ended, 0 if there was none. Only the leader sets it."),
		interval:  factory{r, ""}.gauge("schedule_interval_seconds", "The shortest interval of the schedules that are not suspended, 0 if there is none. Only the leader sets it."),
		states:    l.States, causes: l.Causes, ages: l.Ages,
	}
	m.Set(QueueSample{})
	return m, f.register("queue", m.runs, m.waiting, m.oldest, m.companies, m.lastCrawl, m.interval)
}

// Set sets all values.
func (m *QueueMetrics) Set(s QueueSample) {
	if m == nil {
		return
	}
	set := func(v *prometheus.GaugeVec, labels []string, values map[string]int) {
		for _, l := range labels {
			v.WithLabelValues(l).Set(float64(values[l]))
		}
	}
	set(m.runs, m.states, s.Runs)
	set(m.waiting, m.causes, s.Waiting)
	set(m.companies, m.ages, s.Companies)
	m.oldest.Set(s.Oldest.Seconds())
	m.interval.Set(s.Interval.Seconds())
	m.lastCrawl.Set(0)
	if !s.LastCrawl.IsZero() {
		m.lastCrawl.Set(float64(s.LastCrawl.UnixMilli()) / 1000)
	}
}
