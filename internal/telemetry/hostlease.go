package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The outcomes of an attempt to acquire the lease on a host.
const (
	HostLeaseAcquired = "acquired"
	HostLeaseBusy     = "busy"   // other crawls held the host for too long
	HostLeaseFailed   = "failed" // the store did not respond
)

// HostLeaseMetrics holds the metrics of leases on hosts. A nil HostLeaseMetrics records nothing.
// The methods are safe for concurrent use.
type HostLeaseMetrics struct {
	held     prometheus.Gauge
	lost     prometheus.Counter
	wait     *prometheus.HistogramVec
	outcomes *labelSet
}

// NewHostLeaseMetrics creates the metrics and registers them with r.
func NewHostLeaseMetrics(r prometheus.Registerer) (*HostLeaseMetrics, error) {
	f := factory{r, "host_lease"}
	outcomes := []string{HostLeaseAcquired, HostLeaseBusy, HostLeaseFailed}
	m := &HostLeaseMetrics{
		held: factory{r, ""}.gauge("host_leases", "Leases on hosts that this process holds."),
		lost: f.counter("losses_total", "Leases on hosts that this process lost, because it did not renew them in time."),
		wait: f.histograms("wait_seconds", "Time that a crawl waited for the lease on a host, by outcome.",
			[]float64{0.01, 0.1, 1, 5, 15, 30, 60, 180, 600}, "outcome"),
		outcomes: newLabels(outcomes...),
	}
	for _, o := range outcomes {
		m.wait.WithLabelValues(o)
	}
	return m, f.register("host lease", m.held, m.lost, m.wait)
}

// RecordAcquisition records the outcome of an attempt to acquire the lease on a host, and how long
// it took.
func (m *HostLeaseMetrics) RecordAcquisition(outcome string, took time.Duration) {
	if m != nil {
		m.wait.WithLabelValues(m.outcomes.bound(outcome)).Observe(took.Seconds())
	}
}

// AddHeld changes the number of leases that this process holds.
func (m *HostLeaseMetrics) AddHeld(n int) {
	if m != nil {
		m.held.Add(float64(n))
	}
}

// CountLost counts a lease that was lost.
func (m *HostLeaseMetrics) CountLost() {
	if m != nil {
		m.lost.Inc()
	}
}
