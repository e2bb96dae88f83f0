package service

import (
	"context"
	"fmt"
	"time"

	"github.com/netresearch/go-cron"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// Estimate is what the crawls of a company cost in a month of 30 days.
type Estimate struct {
	// CrawlsPerMonth is the number of crawls that the schedule starts, rounded to a tenth.
	CrawlsPerMonth float64
	// RequestsPerCrawl is the mean number of pages of the last crawls, or the maximum number if
	// there was none.
	RequestsPerCrawl int64
	// RequestsPerMonth is the product of both.
	RequestsPerMonth int64
	// Measured reports whether RequestsPerCrawl comes from crawls that ended.
	Measured bool
}

const (
	month = 30 * 24 * time.Hour
	// estimatedRuns is the number of crawls whose mean predicts the next ones.
	estimatedRuns = 5
	// maxTicks bounds the times of a schedule that are counted, within a year.
	maxTicks = 1000
)

// Estimate estimates the cost of a company that was read or created.
func (s *Companies) Estimate(ctx context.Context, caller Caller, c *v1alpha1.Company) (Estimate, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return Estimate{}, err
	}
	e := Estimate{CrawlsPerMonth: crawlsPerMonth(c, s.Guard.Now()), RequestsPerCrawl: crawl.DefaultMaxPages}
	if l := c.Spec.Crawl; l != nil && l.MaxPages != nil {
		e.RequestsPerCrawl = int64(*l.MaxPages)
	}
	runs, _, err := s.Store.QueryRuns(ctx, store.RunQuery{
		Companies: []string{v1alpha1.StoreKey(c.Namespace, c.Name)}, States: []store.RunState{store.RunComplete}, ListOptions: store.ListOptions{Limit: estimatedRuns},
	})
	if err != nil {
		return e, fmt.Errorf("list the runs of company %s: %w", c.Name, err)
	}
	if len(runs) > 0 {
		e.RequestsPerCrawl, e.Measured = 0, true
		for i := range runs {
			e.RequestsPerCrawl += runs[i].Progress.Fetched + runs[i].Progress.Failed
		}
		e.RequestsPerCrawl /= int64(len(runs))
	}
	e.RequestsPerMonth = int64(e.CrawlsPerMonth * float64(e.RequestsPerCrawl))
	return e, nil
}

// crawlsPerMonth returns how often the schedule of a Company starts a crawl in a month.
func crawlsPerMonth(c *v1alpha1.Company, now time.Time) float64 {
	if c.Spec.Schedule == nil || c.Spec.Suspend {
		return 0
	}
	parsed, err := cron.ParseStandard(c.Spec.Schedule.Cron)
	if err != nil {
		return 0 // an invalid schedule starts no crawl
	}
	ticks, period := 0, 365*24*time.Hour
	for at := parsed.Next(now); !at.IsZero() && at.Sub(now) <= period; at = parsed.Next(at) {
		if ticks++; ticks == maxTicks {
			period = at.Sub(now)
			break
		}
	}
	if cooldown := c.Spec.Cooldown; cooldown != nil && cooldown.Duration > 0 {
		ticks = min(ticks, int(period/cooldown.Duration)+1)
	}
	perMonth := float64(ticks) * month.Hours() / period.Hours()
	return float64(int64(perMonth*10+0.5)) / 10
}
