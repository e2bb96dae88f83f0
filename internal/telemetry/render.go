package telemetry

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// RenderMetrics are the metrics of pages that a browser draws. All methods may be
// called on nil, which records nothing, and from several goroutines.
type RenderMetrics struct {
	pages           *prometheus.CounterVec
	seconds         *prometheus.HistogramVec
	requests, bytes prometheus.Counter
	blocked         *prometheus.CounterVec
	browsers        prometheus.Gauge

	outcomes, blockReasons *labelSet
}

// RenderLabels are the values that the labels of RenderMetrics may have; any other is
// counted as "other".
type RenderLabels struct{ Outcomes, RefusalReasons []string }

// NewRenderMetrics makes the metrics and registers them.
func NewRenderMetrics(r prometheus.Registerer, l RenderLabels) (*RenderMetrics, error) {
	opts := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Namespace: "clausea", Subsystem: "render", Name: name, Help: help}
	}
	m := &RenderMetrics{
		pages: prometheus.NewCounterVec(opts("pages_total", "Pages that a browser was asked for, by how that ended."), []string{"end"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "clausea", Subsystem: "render", Name: "duration_seconds", Help: "How long pages took, waiting for a browser included, by how they ended.",
			Buckets: []float64{0.25, 0.5, 1, 2, 5, 10, 20, 60, 120, 300},
		}, []string{"end"}),
		requests: prometheus.NewCounter(opts("requests_total", "Requests of drawn pages that were sent.")),
		bytes:    prometheus.NewCounter(opts("bytes_total", "Bytes that drawn pages loaded, decompressed.")),
		blocked:  prometheus.NewCounterVec(opts("refused_total", "What drawn pages asked for and did not get, by reason."), []string{"reason"}),
		browsers: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "clausea", Subsystem: "render", Name: "browsers", Help: "Browsers that are running."}),
		outcomes: newLabels(0, l.Outcomes...), blockReasons: newLabels(0, l.RefusalReasons...),
	}
	for _, c := range []prometheus.Collector{m.pages, m.seconds, m.requests, m.bytes, m.blocked, m.browsers} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register the metrics of rendering: %w", err)
		}
	}
	return m, nil
}

// RecordPage records a page that ended: what it sent and loaded, and how long it took.
func (m *RenderMetrics) RecordPage(end string, took time.Duration, requests int, bytes int64) {
	if m == nil {
		return
	}
	end = m.outcomes.bound(end)
	m.pages.WithLabelValues(end).Inc()
	m.seconds.WithLabelValues(end).Observe(took.Seconds())
	m.requests.Add(float64(requests))
	m.bytes.Add(float64(bytes))
}

// RecordRefused records what a page did not get.
func (m *RenderMetrics) RecordRefused(reason string, n int) {
	if m != nil {
		m.blocked.WithLabelValues(m.blockReasons.bound(reason)).Add(float64(n))
	}
}

// BrowsersChanged records browsers that started, or ended where change is below zero.
func (m *RenderMetrics) BrowsersChanged(change int) {
	if m != nil {
		m.browsers.Add(float64(change))
	}
}
