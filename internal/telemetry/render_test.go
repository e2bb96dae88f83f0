package telemetry

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestRenderMetricsCountPagesRequestsAndBrowsers(t *testing.T) {
	t.Parallel()
	reg := NewRegistry("v1.2.3")
	m, err := NewRenderMetrics(reg, RenderLabels{Outcomes: []string{"settled"}, RefusalReasons: []string{"kind"}})
	if err != nil {
		t.Fatal(err)
	}
	m.BrowsersChanged(1)
	m.BrowsersChanged(1)
	m.BrowsersChanged(-1)
	m.RecordPage("settled", time.Second, 5, 1000)
	m.RecordPage("invented", time.Second, 0, 0)
	m.RecordRefused("kind", 3)
	m.RecordRefused("invented", 1)
	want := `
# HELP clausea_render_browsers Number of running browsers.
# TYPE clausea_render_browsers gauge
clausea_render_browsers 1
# HELP clausea_render_bytes_total Bytes loaded by rendered pages, after decompression.
# TYPE clausea_render_bytes_total counter
clausea_render_bytes_total 1000
# HELP clausea_render_pages_total Pages submitted for rendering, by outcome.
# TYPE clausea_render_pages_total counter
clausea_render_pages_total{outcome="other"} 1
clausea_render_pages_total{outcome="settled"} 1
# HELP clausea_render_refused_total Requests and browser features refused to rendered pages, by reason.
# TYPE clausea_render_refused_total counter
clausea_render_refused_total{reason="kind"} 3
clausea_render_refused_total{reason="other"} 1
# HELP clausea_render_requests_total Requests sent by rendered pages.
# TYPE clausea_render_requests_total counter
clausea_render_requests_total 5
`
	var names []string
	for _, n := range []string{"browsers", "bytes_total", "pages_total", "refused_total", "requests_total"} {
		names = append(names, "clausea_render_"+n)
	}
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), names...); err != nil {
		t.Error(err)
	}
	if n, err := testutil.GatherAndCount(reg, "clausea_render_duration_seconds"); err != nil || n != 2 {
		t.Errorf("%d series of durations, %v", n, err)
	}
	if problems, err := testutil.GatherAndLint(reg); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	var none *RenderMetrics
	none.RecordPage("settled", 0, 0, 0)
	none.RecordRefused("kind", 1)
	none.BrowsersChanged(1)
}
