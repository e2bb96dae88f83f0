package telemetry

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// FetchMetrics holds the metrics of requests to sites. A nil FetchMetrics records nothing. The
// methods are safe for concurrent use.
type FetchMetrics struct {
	responses *prometheus.CounterVec
	errors    *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	reasons   *labelSet
}

// responseClasses are the values of the label class: the classes of HTTP statuses.
var responseClasses = []string{"1xx", "2xx", "3xx", "4xx", "5xx"}

// NewFetchMetrics creates the metrics and registers them with r. errorReasons are the reasons for
// which a request has no response; any other reason is counted as "other".
func NewFetchMetrics(r prometheus.Registerer, errorReasons []string) (*FetchMetrics, error) {
	f := factory{r, "fetch"}
	m := &FetchMetrics{
		responses: f.counters("responses_total", "Responses to requests, by class of the HTTP status. A redirect is a response of its own.", "class"),
		errors:    f.counters("errors_total", "Requests without a usable response, by reason.", "reason"),
		seconds: f.histograms("duration_seconds", "Duration of requests, including their body, by result. It excludes the wait for the host's delay.",
			[]float64{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}, "result"),
		reasons: newLabels(errorReasons...),
	}
	for _, class := range responseClasses {
		m.responses.WithLabelValues(class)
	}
	for _, reason := range errorReasons {
		m.errors.WithLabelValues(reason)
	}
	for _, result := range []string{resultResponse, resultError} {
		m.seconds.WithLabelValues(result)
	}
	return m, f.register("fetch", m.responses, m.errors, m.seconds)
}

// The values of the label result.
const (
	resultResponse = "response"
	resultError    = "error"
)

// RecordResponse records a response with its HTTP status.
func (m *FetchMetrics) RecordResponse(status int, d time.Duration) {
	if m == nil {
		return
	}
	class := other
	if status >= 100 && status < 600 {
		class = strconv.Itoa(status/100) + "xx"
	}
	m.responses.WithLabelValues(class).Inc()
	m.seconds.WithLabelValues(resultResponse).Observe(d.Seconds())
}

// RecordError records a request without a usable response.
func (m *FetchMetrics) RecordError(reason string, d time.Duration) {
	if m == nil {
		return
	}
	m.errors.WithLabelValues(m.reasons.bound(reason)).Inc()
	m.seconds.WithLabelValues(resultError).Observe(d.Seconds())
}
