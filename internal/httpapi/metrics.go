package httpapi

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the metrics of the API. Their labels are bounded: operations, and classes of
// statuses.
type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	panics   prometheus.Counter
	streams  prometheus.Gauge
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "clausea_api_requests_total", Help: "Requests to the API by operation, method and status class."}, []string{"operation", "method", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "clausea_api_request_duration_seconds", Help: "Time from the first byte of a request to the end of its response.",
			Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
		}, []string{"operation"}),
		panics:  prometheus.NewCounter(prometheus.CounterOpts{Name: "clausea_api_panics_total", Help: "Handlers of the API that panicked."}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{Name: "clausea_api_streams", Help: "Streams of events that are open."}),
	}
	if r == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.requests, m.duration, m.panics, m.streams} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register the metrics of the API: %w", err)
		}
	}
	return m, nil
}

// start creates the series of the operations, with the value 0, so that a rate can be computed
// from the first request on. Requests that no operation serves are those of the operation none.
func (m *metrics) start(operations []Operation) {
	for _, op := range operations {
		for _, class := range []string{"2xx", "3xx", "4xx", "5xx"} {
			m.requests.WithLabelValues(op.ID, op.Method, class)
		}
		m.duration.WithLabelValues(op.ID)
	}
}

// statusClasses are the classes of statuses by their first digit.
var statusClasses = [...]string{"other", "1xx", "2xx", "3xx", "4xx", "5xx"}

// methods are the methods that are labels. Others are "other".
var methods = map[string]bool{"GET": true, "HEAD": true, "POST": true, "PUT": true, "PATCH": true, "DELETE": true, "OPTIONS": true}

// record records a request that has ended.
func (m *metrics) record(q *request, method string, status int, took time.Duration) {
	if !methods[method] {
		method = "other"
	}
	class := "other"
	if n := status / 100; n < len(statusClasses) {
		class = statusClasses[n]
	}
	m.requests.WithLabelValues(q.operation, method, class).Inc()
	m.duration.WithLabelValues(q.operation).Observe(took.Seconds())
}
