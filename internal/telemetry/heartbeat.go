package telemetry

import "github.com/prometheus/client_golang/prometheus"

// The results of a heartbeat.
const (
	HeartbeatSent     = "sent"
	HeartbeatFailed   = "failed"   // the request failed
	HeartbeatWithheld = "withheld" // crawls cannot run, so the URL was not requested
)

// HeartbeatMetrics holds the metrics of the heartbeat. A nil HeartbeatMetrics records nothing.
type HeartbeatMetrics struct{ pings *prometheus.CounterVec }

// NewHeartbeatMetrics creates the metrics and registers them with r.
func NewHeartbeatMetrics(r prometheus.Registerer) (*HeartbeatMetrics, error) {
	f := factory{r, "heartbeat"}
	m := &HeartbeatMetrics{pings: f.counters("pings_total", "Heartbeats of the leader that were due, by result. None is due without HEARTBEAT_URL.", "result")}
	startAtZero(m.pings, []string{HeartbeatSent, HeartbeatFailed, HeartbeatWithheld})
	return m, f.register("heartbeat", m.pings)
}

// Record records a heartbeat by its result, which is one of the constants above.
func (m *HeartbeatMetrics) Record(result string) {
	if m != nil {
		m.pings.WithLabelValues(result).Inc()
	}
}
