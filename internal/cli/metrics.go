package cli

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/render"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/telemetry"
)

// newCrawlMetrics registers the crawl metrics with the valid values of their labels.
func newCrawlMetrics(r prometheus.Registerer) (*telemetry.CrawlMetrics, error) {
	l := telemetry.CrawlLabels{
		Changes: run.Changes(),
	}
	for _, reason := range crawl.StopReasons() {
		l.StopReasons = append(l.StopReasons, string(reason))
	}
	for t := range doctype.OTAName {
		l.Types = append(l.Types, t)
	}
	return telemetry.NewCrawlMetrics(r, l)
}

// newRenderMetrics registers the render metrics with the valid values of their labels.
func newRenderMetrics(r prometheus.Registerer) (*telemetry.RenderMetrics, error) {
	var l telemetry.RenderLabels
	for _, end := range render.Reasons {
		l.Outcomes = append(l.Outcomes, string(end))
	}
	for _, reason := range render.Refusals {
		l.RefusalReasons = append(l.RefusalReasons, string(reason))
	}
	return telemetry.NewRenderMetrics(r, l)
}

// renderObserver records the events of a browser pool. Its metrics may be nil.
type renderObserver struct{ *telemetry.RenderMetrics }

// PageEnded implements render.Observer.
func (r renderObserver) PageEnded(o render.Outcome) {
	r.RecordPage(string(o.EndReason), o.Duration, o.Requests, o.Bytes)
	for reason, n := range o.Refused {
		r.RecordRefused(string(reason), n)
	}
}
