package telemetry

import (
	"fmt"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// NewRegistry makes a registry with what Go and the process tell of themselves, and
// clausea_build_info.
func NewRegistry(version string) *prometheus.Registry {
	r := prometheus.NewRegistry()
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "clausea_build_info", Help: "Always 1; its labels say what runs.",
	}, []string{"version", "go_version"})
	build.WithLabelValues(version, runtime.Version()).Set(1)
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), build)
	return r
}

// other is the label's value for what is not one of a bounded set.
const other = "other"

// labelSet bounds a label's values: those that it knows, and at most room more, as
// they come, so that no input can make a metric grow without end.
type labelSet struct {
	known map[string]bool
	spare int
}

func newLabels(room int, known ...string) *labelSet {
	l := &labelSet{known: map[string]bool{}, spare: room}
	for _, k := range known {
		l.known[k] = true
	}
	return l
}

// bound needs a lock around it where room is not zero.
func (l *labelSet) bound(value string) string {
	if l.known[value] {
		return value
	}
	if l.spare <= 0 || value == "" || len(value) > 64 {
		return other
	}
	l.spare--
	l.known[value] = true
	return value
}

// WriteFile writes all metrics to a file in Prometheus' text format, as node_exporter's
// textfile collector reads it; the file is replaced as a whole.
func WriteFile(path string, g prometheus.Gatherer) error {
	if err := prometheus.WriteToTextfile(path, g); err != nil {
		return fmt.Errorf("write the metrics to %s: %w", path, err)
	}
	return nil
}
