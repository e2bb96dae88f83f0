package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The outcomes of an attempt to deliver a change to a webhook.
const (
	DeliveryDelivered = "delivered" // the endpoint accepted it
	DeliveryRetried   = "retried"   // it failed and will be repeated
	DeliveryFailed    = "failed"    // it failed, and was the last one
	DeliveryCancelled = "cancelled" // the change no longer exists
)

// WebhookMetrics holds the metrics of deliveries to webhooks. Only the process that sends sets
// the gauges; they are 0 in others. A nil WebhookMetrics records nothing. The methods are safe
// for concurrent use.
type WebhookMetrics struct {
	deliveries   *prometheus.CounterVec
	pending, lag prometheus.Gauge
	feedLag      prometheus.Gauge
	outcomes     *labelSet
}

// NewWebhookMetrics creates the metrics and registers them with r.
func NewWebhookMetrics(r prometheus.Registerer) (*WebhookMetrics, error) {
	f := factory{r, "webhook"}
	outcomes := []string{DeliveryDelivered, DeliveryRetried, DeliveryFailed, DeliveryCancelled}
	m := &WebhookMetrics{
		deliveries: f.counters("deliveries_total", "Attempts to deliver a change to a webhook, by outcome.", "outcome"),
		pending:    f.gauge("pending_deliveries", "Deliveries that are not delivered yet, at most 5000. Only the process that sends sets it."),
		lag:        f.gauge("lag_seconds", "Age of the oldest of the pending deliveries. Only the process that sends sets it."),
		feedLag:    factory{r, "change"}.gauge("feed_lag_seconds", "Time since the deliveries of all changes were last queued. Only the process that sends sets it."),
		outcomes:   newLabels(outcomes...),
	}
	for _, o := range outcomes {
		m.deliveries.WithLabelValues(o)
	}
	return m, f.register("webhook", m.deliveries, m.pending, m.lag, m.feedLag)
}

// RecordAttempt records an attempt by its outcome.
func (m *WebhookMetrics) RecordAttempt(outcome string) {
	if m != nil {
		m.deliveries.WithLabelValues(m.outcomes.bound(outcome)).Inc()
	}
}

// SetFeedLag sets the time since the deliveries of all changes were last queued.
func (m *WebhookMetrics) SetFeedLag(lag time.Duration) {
	if m != nil {
		m.feedLag.Set(lag.Seconds())
	}
}

// SetBacklog sets the number of pending deliveries and the age of the oldest one.
func (m *WebhookMetrics) SetBacklog(pending int, lag time.Duration) {
	if m != nil {
		m.pending.Set(float64(pending))
		m.lag.Set(lag.Seconds())
	}
}
