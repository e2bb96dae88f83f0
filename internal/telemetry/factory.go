package telemetry

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// factory creates the metrics of one subsystem and registers them.
type factory struct {
	registerer prometheus.Registerer
	subsystem  string
}

func (f factory) opts(name, help string) prometheus.Opts {
	return prometheus.Opts{Namespace: "clausea", Subsystem: f.subsystem, Name: name, Help: help}
}

func (f factory) counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts(f.opts(name, help)))
}

func (f factory) counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts(f.opts(name, help)), labels)
}

func (f factory) gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts(f.opts(name, help)))
}

func (f factory) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts(f.opts(name, help)), labels)
}

func (f factory) histograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "clausea", Subsystem: f.subsystem, Name: name, Help: help, Buckets: buckets,
	}, labels)
}

// startAtZero creates the series of a counter with the value 0.
func startAtZero(c *prometheus.CounterVec, values []string) {
	for _, v := range values {
		c.WithLabelValues(v)
	}
}

// register registers metrics. what names them in the error.
func (f factory) register(what string, metrics ...prometheus.Collector) error {
	for _, c := range metrics {
		if err := f.registerer.Register(c); err != nil {
			return fmt.Errorf("register the %s metrics: %w", what, err)
		}
	}
	return nil
}
