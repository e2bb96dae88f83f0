package cli

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/render"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/run/sampler"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

// crawlerMetrics holds the metrics of crawls, and of their requests and rendered pages. A zero
// crawlerMetrics records nothing.
type crawlerMetrics struct {
	crawl      *telemetry.CrawlMetrics
	fetch      *telemetry.FetchMetrics
	render     *telemetry.RenderMetrics
	hostLeases *telemetry.HostLeaseMetrics
}

// newCrawlerMetrics registers the metrics of crawls with the valid values of their labels.
func newCrawlerMetrics(r prometheus.Registerer) (m crawlerMetrics, err error) {
	if m.crawl, err = telemetry.NewCrawlMetrics(r, telemetry.CrawlLabels{
		SkipReasons: labelValues(crawl.SkipReasons()), StopReasons: labelValues(crawl.StopReasons()), DocumentOutcomes: run.DocumentOutcomes(),
		Triggers: labelValues(store.RunTriggers()), DocumentTypes: doctype.Legal(), HostReasons: labelValues(crawl.HostReasons()),
	}); err != nil {
		return m, err
	}
	if m.fetch, err = telemetry.NewFetchMetrics(r, labelValues(fetch.Reasons())); err != nil {
		return m, err
	}
	if m.hostLeases, err = telemetry.NewHostLeaseMetrics(r); err != nil {
		return m, err
	}
	m.render, err = telemetry.NewRenderMetrics(r, telemetry.RenderLabels{Outcomes: labelValues(render.Reasons), RefusalReasons: labelValues(render.Refusals)})
	return m, err
}

// processMetrics holds the metrics of the operator and standalone commands.
type processMetrics struct {
	crawlerMetrics
	registry  *prometheus.Registry
	store     *telemetry.StoreMetrics
	queue     *telemetry.QueueMetrics
	documents *telemetry.DocumentMetrics
	heartbeat *telemetry.HeartbeatMetrics
}

// newProcessMetrics registers all metrics of the program.
func newProcessMetrics() (m processMetrics, err error) {
	m.registry = telemetry.NewRegistry(buildVersion())
	if m.crawlerMetrics, err = newCrawlerMetrics(m.registry); err != nil {
		return m, err
	}
	if m.store, err = telemetry.NewStoreMetrics(m.registry, storeOperations()); err != nil {
		return m, err
	}
	if m.queue, err = telemetry.NewQueueMetrics(m.registry, sampler.Labels()); err != nil {
		return m, err
	}
	if m.documents, err = telemetry.NewDocumentMetrics(m.registry, doctype.Legal()); err != nil {
		return m, err
	}
	m.heartbeat, err = telemetry.NewHeartbeatMetrics(m.registry)
	return m, err
}

// recordWorkerPodRun records a run that a worker pod executed. The pods have no metrics of their
// own. Runs that ended before this process started are not recorded: the process that ran then
// has counted them.
func (p *process) recordWorkerPodRun(r store.Run) {
	if r.FinishedAt.Before(p.startedAt) {
		return
	}
	p.metrics.crawl.RecordRemoteRun(telemetry.RemoteRun{
		Key: r.ID + " " + r.FinishedAt.Format(time.RFC3339Nano), Trigger: string(r.Trigger), Reason: r.StopReason, Duration: run.Duration(r),
		Pages: r.Progress.Fetched, FailedURLs: r.Progress.Failed, Bytes: r.Bytes, Skipped: r.Progress.Skipped, Documents: run.OutcomeCounts(r.Documents),
	})
}

// labelValues converts the values of an enumeration to label values.
func labelValues[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

// recordFetch returns a function that records the requests of a fetcher.
func recordFetch(m *telemetry.FetchMetrics) func(status int, reason fetch.Reason, took time.Duration) {
	return func(status int, reason fetch.Reason, took time.Duration) {
		if reason != "" {
			m.RecordError(string(reason), took)
			return
		}
		m.RecordResponse(status, took)
	}
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
