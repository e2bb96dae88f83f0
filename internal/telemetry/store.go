package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// StoreMetrics holds the metrics of the operations of the store. A nil StoreMetrics records
// nothing. The methods are safe for concurrent use.
type StoreMetrics struct {
	seconds    *prometheus.HistogramVec
	errors     *prometheus.CounterVec
	operations *labelSet
}

// NewStoreMetrics creates the metrics and registers them with r. Any operation that is not
// listed is counted as "other".
func NewStoreMetrics(r prometheus.Registerer, operations []string) (*StoreMetrics, error) {
	f := factory{r, "store"}
	m := &StoreMetrics{
		seconds: f.histograms("operation_duration_seconds", "Duration of operations of the store, including their retries, by operation.",
			[]float64{0.001, 0.005, 0.025, 0.1, 0.5, 2, 10, 45}, "operation"),
		errors:     f.counters("errors_total", "Operations of the store that failed, by operation. Conflicts, rejected writes of stale workers and lookups of what does not exist are not failures.", "operation"),
		operations: newLabels(operations...),
	}
	for _, o := range operations {
		m.seconds.WithLabelValues(o)
		m.errors.WithLabelValues(o)
	}
	return m, f.register("store", m.seconds, m.errors)
}

// Record records one operation and whether it failed.
func (m *StoreMetrics) Record(operation string, d time.Duration, failed bool) {
	if m == nil {
		return
	}
	operation = m.operations.bound(operation)
	m.seconds.WithLabelValues(operation).Observe(d.Seconds())
	if failed {
		m.errors.WithLabelValues(operation).Inc()
	}
}
