package telemetry

import (
	"fmt"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// NewRegistry returns a registry with the Go and process collectors and the metric
// clausea_build_info, which has the labels version and go_version.
func NewRegistry(version string) *prometheus.Registry {
	r := prometheus.NewRegistry()
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "clausea_build_info", Help: "Constant 1, labeled with the version of the program and of Go.",
	}, []string{"version", "go_version"})
	build.WithLabelValues(version, runtime.Version()).Set(1)
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), build)
	return r
}

// other is the label value that stands for all values outside a labelSet.
const other = "other"

// labelSet holds the values of a label, so that input cannot create an unlimited number of
// series.
type labelSet struct{ known map[string]bool }

func newLabels(known ...string) *labelSet {
	l := &labelSet{known: map[string]bool{}}
	for _, k := range known {
		l.known[k] = true
	}
	return l
}

// bound returns value, or other if value is outside the set.
func (l *labelSet) bound(value string) string {
	if l.known[value] {
		return value
	}
	return other
}

// WriteFile writes the metrics of g to a file in the Prometheus text format, for the
// textfile collector of node_exporter. It replaces the file atomically.
func WriteFile(path string, g prometheus.Gatherer) error {
	if err := prometheus.WriteToTextfile(path, g); err != nil {
		return fmt.Errorf("write metrics to %s: %w", path, err)
	}
	return nil
}
