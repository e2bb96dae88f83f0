package telemetry

import (
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

// RenderLabels lists the label values of RenderMetrics, which exist from the start with the
// value 0. Any other value is counted as "other".
type RenderLabels struct{ Outcomes, RefusalReasons []string }

// NewRenderMetrics creates the metrics and registers them with r. It returns an error if r
// already has a metric of the same name.
func NewRenderMetrics(r prometheus.Registerer, l RenderLabels) (*RenderMetrics, error) {
	f := factory{r, "render"}
	m := &RenderMetrics{
		pages: f.counters("pages_total", "Pages submitted for rendering, by outcome.", "outcome"),
		seconds: f.histograms("duration_seconds", "Time to render a page, including the wait for a browser, by outcome.",
			[]float64{0.25, 0.5, 1, 2, 5, 10, 20, 60, 120, 300}, "outcome"),
		requests: f.counter("requests_total", "Requests sent by rendered pages."),
		bytes:    f.counter("bytes_total", "Bytes loaded by rendered pages, after decompression."),
		refused:  f.counters("refused_total", "Requests and browser features refused to rendered pages, by reason.", "reason"),
		browsers: f.gauge("browsers", "Number of running browsers."),
		outcomes: newLabels(l.Outcomes...), refusalReasons: newLabels(l.RefusalReasons...),
	}
	for _, o := range l.Outcomes {
		m.pages.WithLabelValues(o)
		m.seconds.WithLabelValues(o)
	}
	for _, reason := range l.RefusalReasons {
		m.refused.WithLabelValues(reason)
	}
	return m, f.register("render", m.pages, m.seconds, m.requests, m.bytes, m.refused, m.browsers)
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
