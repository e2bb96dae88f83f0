package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// CrawlFilter are the filters of lists of crawls. An input embeds it.
type CrawlFilter struct {
	Page
	States   []string  `query:"states" maxItems:"5" enum:"Pending,Running,Interrupted,Complete,Failed" doc:"The state is any of them."`
	Triggers []string  `query:"triggers" maxItems:"5" enum:"Schedule,API,CLI,Dashboard,Manifest" doc:"The trigger is any of them."`
	Since    time.Time `query:"since" doc:"Crawls that were created at or after it."`
}

// query returns the query of the service.
func (in CrawlFilter) query() (service.CrawlQuery, error) {
	opts, err := in.options()
	return service.CrawlQuery{
		States: convertAll[store.RunState](in.States), Triggers: convertAll[store.RunTrigger](in.Triggers), Since: in.Since, ListOptions: opts,
	}, err
}

type crawlsInput struct {
	CrawlFilter
	Companies []string `query:"companies" maxItems:"100" maxLength:"63" doc:"Names of companies."`
}

type companyCrawlsInput struct {
	CompanyPath
	CrawlFilter
}

// CrawlPath is the path of a crawl. An input embeds it.
type CrawlPath struct {
	ID string `path:"id" minLength:"1" maxLength:"64" pattern:"^[0-9A-Za-z-]+$" doc:"The ID of a crawl."`
}

type crawlOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         Crawl
}

type startedCrawlOutput struct {
	Location     string `header:"Location"`
	CacheControl string `header:"Cache-Control"`
	Body         Crawl
}

type crawlPagesInput struct {
	CrawlPath
	Page
	Reasons []string `query:"reasons" maxItems:"50" maxLength:"64" doc:"Skip reasons: the reason is any of them. fetched selects the pages that were used."`
	Types   []string `query:"types" maxItems:"31" maxLength:"64" doc:"Types of documents: the type is any of them."`
}

// registerCrawls registers the routes of crawls: start, control and follow them.
func registerCrawls(s *Server, crawls *service.Crawls) {
	registerCrawlLists(s, crawls)
	registerCrawlStarts(s, crawls)
	registerCrawlControls(s, crawls)
	registerCrawlEvents(s, crawls)
}

func registerCrawlLists(s *Server, crawls *service.Crawls) {
	const order = "The last created first. A crawl that waits for another crawl of its company, or whose CrawlJob is new, is listed as Pending before it has a record; its ID does not change. "
	register(s, Operation{
		ID: "listCrawls", Method: http.MethodGet, Path: "/v1/crawls", Tag: "crawls", Scope: store.ScopeRead, Summary: "List crawls", Description: order,
	}, func(ctx context.Context, caller service.Caller, in *crawlsInput) (*listOutput[Crawl], error) {
		q, err := in.query()
		if err != nil {
			return nil, err
		}
		q.Companies = in.Companies
		items, next, err := crawls.List(ctx, caller, q)
		if err != nil {
			return nil, err
		}
		return newList(ctx, items, next, crawlOf), nil
	})
	register(s, Operation{
		ID: "listCompanyCrawls", Method: http.MethodGet, Path: "/v1/companies/{name}/crawls", Tag: "crawls", Scope: store.ScopeRead,
		Summary: "List the crawls of a company", Description: order + "The crawls of a company that was deleted remain, unless it was deleted with its documents.",
		Problems: []problem.Code{problem.NotFound},
	}, func(ctx context.Context, caller service.Caller, in *companyCrawlsInput) (*listOutput[Crawl], error) {
		q, err := in.query()
		if err != nil {
			return nil, err
		}
		items, next, err := crawls.ListOfCompany(ctx, caller, in.Name, q)
		if err != nil {
			return nil, err
		}
		return newList(ctx, items, next, crawlOf), nil
	})
	register(s, Operation{
		ID: "getCrawl", Method: http.MethodGet, Path: "/v1/crawls/{id}", Tag: "crawls", Scope: store.ScopeRead,
		Summary: "Read a crawl", Description: "The state, the counts and, once the crawl has ended, the coverage. The record of a crawl remains when its CrawlJob is deleted.",
		Problems: []problem.Code{problem.NotFound},
	}, func(ctx context.Context, caller service.Caller, in *CrawlPath) (*crawlOutput, error) {
		c, err := crawls.Get(ctx, caller, in.ID)
		if err != nil {
			return nil, err
		}
		return &crawlOutput{"private, no-cache", crawlOf(c)}, nil
	})
	register(s, Operation{
		ID: "listCrawlPages", Method: http.MethodGet, Path: "/v1/crawls/{id}/pages", Tag: "crawls", Scope: store.ScopeRead,
		Summary: "List the URLs of a crawl", Description: "The outcome of each URL: fetched, or the reason why it was skipped. The records exist for the newest 3 crawls of a company.",
		Problems: []problem.Code{problem.NotFound},
	}, func(ctx context.Context, caller service.Caller, in *crawlPagesInput) (*listOutput[CrawlPage], error) {
		opts, err := in.options()
		if err != nil {
			return nil, err
		}
		q := store.PageQuery{Types: in.Types, ListOptions: opts}
		for _, reason := range in.Reasons {
			if reason == fetchedReason {
				reason = ""
			}
			q.Reasons = append(q.Reasons, reason)
		}
		items, next, err := crawls.Pages(ctx, caller, in.ID, q)
		if err != nil {
			return nil, err
		}
		return newList(ctx, items, next, crawlPageOf), nil
	})
}
