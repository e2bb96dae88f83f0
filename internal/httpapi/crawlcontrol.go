package httpapi

import (
	"context"
	"net/http"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// registerCrawlStarts registers the routes that start a crawl.
func registerCrawlStarts(s *Server, crawls *service.Crawls) {
	register(s, Operation{
		ID: "startCrawl", Method: http.MethodPost, Path: "/v1/crawls", Tag: "crawls", Scope: store.ScopeCrawl, Status: http.StatusAccepted, Idempotent: true, StartsCrawl: true,
		Summary: "Start a crawl",
		Description: "Location is the URL of the crawl. Follow it there, or at its events. If the company has a crawl that is queued or runs, the problem is crawl-running, and instance is its URL. " +
			"If its last crawl ended less than its cooldown ago, the problem is cooldown. The CrawlJob of the crawl is deleted 7 days after its end; its record remains.",
		Problems: []problem.Code{problem.CrawlRunning, problem.Cooldown, problem.CrawlQuota, problem.Conflict},
	}, func(ctx context.Context, caller service.Caller, in *struct{ Body CrawlInput }) (*startedCrawlOutput, error) {
		return startedCrawl(crawls.Start(ctx, caller, service.CrawlDraft{Company: in.Body.Company, Limits: in.Body.Limits, Reason: in.Body.Reason}))
	})
	register(s, Operation{
		ID: "retryCrawl", Method: http.MethodPost, Path: "/v1/crawls/{id}/retry", Tag: "crawls", Scope: store.ScopeCrawl, Status: http.StatusAccepted, Idempotent: true, StartsCrawl: true,
		Summary: "Start a crawl like one that has ended", Description: "The new crawl has the limits of the old one. The cooldown of the company does not apply if the old one failed.",
		Problems: []problem.Code{problem.NotFound, problem.CrawlRunning, problem.Cooldown, problem.CrawlQuota, problem.Conflict},
	}, func(ctx context.Context, caller service.Caller, in *CrawlPath) (*startedCrawlOutput, error) {
		return startedCrawl(crawls.Retry(ctx, caller, in.ID))
	})
	register(s, Operation{
		ID: "previewCompany", Method: http.MethodPost, Path: "/v1/companies/preview", Tag: "companies", Scope: store.ScopeWrite, Status: http.StatusAccepted, Idempotent: true, StartsCrawl: true,
		Summary: "Show what the crawls of a company would find",
		Description: "Starts a crawl of at most 40 pages and 5 minutes without creating the company. Follow it as any crawl; its coverage says what was found. " +
			"Its documents are stored under the first domain of the company, and belong to a company that is created with that name.",
		Problems: []problem.Code{problem.AlreadyExists, problem.CrawlRunning, problem.CrawlQuota, problem.Conflict},
	}, func(ctx context.Context, caller service.Caller, in *struct{ Body CompanyInput }) (*startedCrawlOutput, error) {
		return startedCrawl(crawls.Preview(ctx, caller, in.Body.draft()))
	})
}

func startedCrawl(c *service.Crawl, err error) (*startedCrawlOutput, error) {
	if err != nil {
		return nil, err
	}
	return &startedCrawlOutput{"/v1/crawls/" + c.Run.ID, "private, no-cache", crawlOf(c)}, nil
}

// registerCrawlControls registers the routes that control a crawl.
func registerCrawlControls(s *Server, crawls *service.Crawls) {
	for _, route := range []struct {
		verb, summary, description string
		do                         func(context.Context, service.Caller, string) (*service.Crawl, error)
	}{
		{"stop", "Stop a crawl", "The crawl becomes Complete within seconds. The documents that it has found remain.", crawls.Stop},
		{"cancel", "Cancel a crawl", "Deletes the CrawlJob. The crawl becomes Failed within seconds; the documents that it has stored remain. A crawl that has no record yet disappears.", crawls.Cancel},
		{"suspend", "Suspend a crawl", "The crawl becomes Interrupted within seconds, until it is resumed.", crawls.Suspend},
		{"resume", "Resume a suspended crawl", "The crawl resumes from its last checkpoint.", crawls.Resume},
	} {
		register(s, Operation{
			ID: route.verb + "Crawl", Method: http.MethodPost, Path: "/v1/crawls/{id}/" + route.verb, Tag: "crawls", Scope: store.ScopeCrawl, Status: http.StatusAccepted,
			Summary: route.summary, Description: route.description + " Repeating the request changes nothing.",
			Problems: []problem.Code{problem.NotFound, problem.CrawlEnded, problem.Conflict},
		}, func(ctx context.Context, caller service.Caller, in *CrawlPath) (*crawlOutput, error) {
			c, err := route.do(ctx, caller, in.ID)
			if err != nil {
				return nil, err
			}
			return &crawlOutput{"no-store", crawlOf(c)}, nil
		})
	}
}
