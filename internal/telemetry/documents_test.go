package telemetry

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestDocumentMetricsDescribeTheDocumentsOfNow(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	m, err := NewDocumentMetrics(reg, []string{"eula", "imprint"})
	if err != nil {
		t.Fatal(err)
	}
	m.Set(DocumentSample{ByType: map[string]int{"odd": 9}, SinceChecked: make([]time.Duration, 9)})
	m.Set(DocumentSample{ByType: map[string]int{"imprint": 2}, SinceChecked: []time.Duration{2 * time.Hour, 40 * 24 * time.Hour}})
	want := `
# HELP clausea_document_staleness_seconds Time since each document was last checked, measured every 15 minutes. It describes the documents of now: use the buckets without rate(). Only the leader sets it.
# TYPE clausea_document_staleness_seconds histogram
clausea_document_staleness_seconds_bucket{le="3600"} 0
clausea_document_staleness_seconds_bucket{le="21600"} 1
clausea_document_staleness_seconds_bucket{le="86400"} 1
clausea_document_staleness_seconds_bucket{le="172800"} 1
clausea_document_staleness_seconds_bucket{le="604800"} 1
clausea_document_staleness_seconds_bucket{le="1.2096e+06"} 1
clausea_document_staleness_seconds_bucket{le="2.592e+06"} 1
clausea_document_staleness_seconds_bucket{le="7.776e+06"} 2
clausea_document_staleness_seconds_bucket{le="+Inf"} 2
clausea_document_staleness_seconds_sum 3.4632e+06
clausea_document_staleness_seconds_count 2
# HELP clausea_documents Documents that have not been removed, by document type, measured every 15 minutes. Only the leader sets it.
# TYPE clausea_documents gauge
clausea_documents{type="eula"} 0
clausea_documents{type="imprint"} 2
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}

func TestHostLeaseMetricsRecordEachOutcome(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	m, err := NewHostLeaseMetrics(reg)
	if err != nil {
		t.Fatal(err)
	}
	m.AddHeld(2)
	m.AddHeld(-1)
	m.CountLost()
	m.RecordAcquisition("unknown", time.Second)
	if n, err := testutil.GatherAndCount(reg, "clausea_host_lease_wait_seconds"); err != nil || n != 4 {
		t.Errorf("there are %d outcomes, %v", n, err)
	}
	if held, lost := testutil.ToFloat64(m.held), testutil.ToFloat64(m.lost); held != 1 || lost != 1 {
		t.Errorf("%v leases are held, %v were lost", held, lost)
	}
	var none *HostLeaseMetrics
	none.AddHeld(1)
	none.CountLost()
	none.RecordAcquisition(HostLeaseBusy, 0)
}
