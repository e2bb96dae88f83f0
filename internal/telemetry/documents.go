package telemetry

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// DocumentMetrics holds the metrics of the stored documents. Only the leader sets them; they are
// 0 in other processes. A nil DocumentMetrics records nothing. The methods are safe for
// concurrent use.
type DocumentMetrics struct {
	byType    *prometheus.GaugeVec
	types     []string
	staleness *snapshotHistogram
}

// DocumentSample holds the values of DocumentMetrics.
type DocumentSample struct {
	ByType       map[string]int  // number of documents by type
	SinceChecked []time.Duration // time since each document was last checked
}

// NewDocumentMetrics creates the metrics and registers them with r. types are the document types;
// documents of any other type are counted as "other".
func NewDocumentMetrics(r prometheus.Registerer, types []string) (*DocumentMetrics, error) {
	const hour, day = 3600, 24 * 3600
	f := factory{r, ""}
	m := &DocumentMetrics{
		byType: f.gauges("documents", "Documents that have not been removed, by document type, measured every 15 minutes. Only the leader sets it.", "type"),
		types:  types,
		staleness: &snapshotHistogram{
			desc: prometheus.NewDesc("clausea_document_staleness_seconds",
				"Time since each document was last checked, measured every 15 minutes. It describes the documents of now: use the buckets without rate(). Only the leader sets it.", nil, nil),
			bounds: []float64{hour, 6 * hour, day, 2 * day, 7 * day, 14 * day, 30 * day, 90 * day},
		},
	}
	m.Set(DocumentSample{})
	return m, f.register("document", m.byType, m.staleness)
}

// Set sets all values.
func (m *DocumentMetrics) Set(s DocumentSample) {
	if m == nil {
		return
	}
	known, rest := newLabels(m.types...), 0
	for t, n := range s.ByType {
		if known.bound(t) == other {
			rest += n
		}
	}
	for _, t := range m.types {
		m.byType.WithLabelValues(t).Set(float64(s.ByType[t]))
	}
	if rest > 0 {
		m.byType.WithLabelValues(other).Set(float64(rest))
	} else {
		m.byType.DeleteLabelValues(other)
	}
	m.staleness.set(s.SinceChecked)
}

// snapshotHistogram is a histogram of values that exist now, in contrast to one of events.
type snapshotHistogram struct {
	desc   *prometheus.Desc
	bounds []float64

	mu      sync.Mutex
	count   uint64
	sum     float64
	buckets map[float64]uint64
}

// set replaces all values.
func (h *snapshotHistogram) set(values []time.Duration) {
	buckets, sum := make(map[float64]uint64, len(h.bounds)), 0.0
	for _, bound := range h.bounds {
		buckets[bound] = 0
	}
	for _, v := range values {
		sum += v.Seconds()
		for _, bound := range h.bounds {
			if v.Seconds() <= bound {
				buckets[bound]++
			}
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.count, h.sum, h.buckets = uint64(len(values)), sum, buckets
}

// Describe implements prometheus.Collector.
func (h *snapshotHistogram) Describe(out chan<- *prometheus.Desc) { out <- h.desc }

// Collect implements prometheus.Collector.
func (h *snapshotHistogram) Collect(out chan<- prometheus.Metric) {
	h.mu.Lock()
	defer h.mu.Unlock()
	out <- prometheus.MustNewConstHistogram(h.desc, h.count, h.sum, h.buckets)
}
