package cli

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/telemetry"
)

// newCrawlMetrics registers the metrics of crawls with all values that their labels
// may have.
func newCrawlMetrics(r prometheus.Registerer) (*telemetry.CrawlMetrics, error) {
	l := telemetry.CrawlLabels{
		Changes: []string{run.New, run.Changed, run.Unchanged, run.Moved, run.Gone, run.Broken, run.Flapping},
		StopReasons: []string{
			string(crawl.FrontierEmpty), string(crawl.Converged), string(crawl.PageLimit), string(crawl.TimeLimit), string(crawl.Stopped),
			string(crawl.BudgetSpent), string(crawl.RobotsDisallowed), string(crawl.AccessDenied), string(crawl.SiteUnreachable), run.Internal,
		},
	}
	for t := range doctype.OTAName {
		l.Types = append(l.Types, t)
	}
	return telemetry.NewCrawlMetrics(r, l)
}
