package telemetry

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// RenderMetrics holds the metrics of rendered pages. A nil RenderMetrics records nothing.
// The methods are safe for concurrent use.
type RenderMetrics struct {
	pages           *prometheus.CounterVec
	seconds         *prometheus.HistogramVec
	requests, bytes prometheus.Counter
	refused         *prometheus.CounterVec
	browsers        prometheus.Gauge

	outcomes, refusalReasons *labelSet
}

// RenderLabels lists the label values of RenderMetrics. Any other value is counted as
// "other".
type RenderLabels struct{ Outcomes, RefusalReasons []string }

// NewRenderMetrics creates the metrics and registers them with r. It returns an error if r
// already has a metric of the same name.
func NewRenderMetrics(r prometheus.Registerer, l RenderLabels) (*RenderMetrics, error) {
	opts := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Namespace: "clausea", Subsystem: "render", Name: name, Help: help}
	}
	m := &RenderMetrics{
		pages: prometheus.NewCounterVec(opts("pages_total", "Pages submitted for rendering, by outcome."), []string{"outcome"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "clausea", Subsystem: "render", Name: "duration_seconds", Help: "Time to render a page, including the wait for a browser, by outcome.",
			Buckets: []float64{0.25, 0.5, 1, 2, 5, 10, 20, 60, 120, 300},
		}, []string{"outcome"}),
		requests: prometheus.NewCounter(opts("requests_total", "Requests sent by rendered pages.")),
		bytes:    prometheus.NewCounter(opts("bytes_total", "Bytes loaded by rendered pages, after decompression.")),
		refused:  prometheus.NewCounterVec(opts("refused_total", "Requests and browser features refused to rendered pages, by reason."), []string{"reason"}),
		browsers: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "clausea", Subsystem: "render", Name: "browsers", Help: "Number of running browsers."}),
		outcomes: newLabels(0, l.Outcomes...), refusalReasons: newLabels(0, l.RefusalReasons...),
	}
	for _, c := range []prometheus.Collector{m.pages, m.seconds, m.requests, m.bytes, m.refused, m.browsers} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register the render metrics: %w", err)
		}
	}
	return m, nil
}

// RecordPage records a rendered page: its outcome, duration, requests and bytes loaded.
func (m *RenderMetrics) RecordPage(outcome string, duration time.Duration, requests int, bytes int64) {
	if m == nil {
		return
	}
	outcome = m.outcomes.bound(outcome)
	m.pages.WithLabelValues(outcome).Inc()
	m.seconds.WithLabelValues(outcome).Observe(duration.Seconds())
	m.requests.Add(float64(requests))
	m.bytes.Add(float64(bytes))
}

// RecordRefused records that a page was refused n requests or browser features.
func (m *RenderMetrics) RecordRefused(reason string, n int) {
	if m != nil {
		m.refused.WithLabelValues(m.refusalReasons.bound(reason)).Add(float64(n))
	}
}

// BrowsersChanged adds change, which may be negative, to the number of running browsers.
func (m *RenderMetrics) BrowsersChanged(change int) {
	if m != nil {
		m.browsers.Add(float64(change))
	}
}
