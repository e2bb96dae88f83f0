// Package crawl is the crawl engine. It fetches pages, finds the links to follow, and
// passes each page to an Observer, which classifies it. The engine does not depend on a
// store or on Kubernetes, and does not interpret documents.
//
// Start reading at Engine.Run and scheduler.run. A URL takes this way:
//
//   - discovery finds it in a seed, a link, a redirect or a sitemap, or probes it. It
//     checks the scope, computes the score and adds the URL to the frontier.
//   - scheduler takes the URL with the best score whose host may receive a request now.
//     hosts first acquires the host lease and reads robots.txt.
//   - worker sends the request in a goroutine of its own, renders the page if needed, and
//     passes it to Observer.Page. The result returns to the scheduler as a taskResult.
//   - scheduler.handle passes the links of the page to discovery. A request that failed is
//     retried or recorded.
//   - ledger counts the URL, reports it to Observer.Outcome, and adds it to the next
//     checkpoint, from which another process can resume the crawl.
package crawl

import (
	"context"
	"fmt"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/offsite"
	"github.com/clausea/crawler/internal/crawl/scope"
)

// UserAgentToken is the product token that robots.txt groups are matched by (RFC 9309
// section 2.2.1).
const UserAgentToken = "ClauseaBot"

// Engine runs crawls. It is safe for concurrent use. Crawls share only its connections
// and its browsers.
type Engine struct {
	// Log receives panics that pages cause and, at level 1, pages that could not be
	// rendered. The zero value logs nothing.
	Log logr.Logger
	// Renderer renders pages if a Plan asks for it. If it is nil, pages that need it are
	// used as the server sent them, with the reason SkipNeedsBrowser.
	Renderer Renderer
	fetcher  *fetch.Fetcher
}

// New returns an Engine that fetches with f.
func New(f *fetch.Fetcher) *Engine { return &Engine{fetcher: f} }

// Deps are the dependencies of one crawl.
type Deps struct {
	Observer Observer // required
	// HostLeases coordinates requests to hosts with other crawls. If it is nil, the crawl
	// needs no leases. The requests of a browser that renders a page need none either; the
	// engine's own requests for the robots.txt of their hosts do.
	HostLeases HostLeases
	// Checkpoints saves the state from which another process can resume the crawl. If it is
	// nil, the crawl records no such state.
	Checkpoints Checkpoints
	// Resume holds the checkpoint of the crawl to resume: the latest snapshot that was
	// passed to Checkpoints.Save and the entries after it, in order. It is empty for a new
	// crawl.
	Resume [][]byte
	// TracePage, unless nil, starts a span of the request for a page and of what the Observer does
	// with the page. end ends it; reason is empty if the page was passed to the Observer.
	TracePage func(ctx context.Context, url string) (traced context.Context, end func(status int, reason SkipReason))
}

// Run does one crawl. It returns an error if the crawl cannot start or a dependency
// fails; the Result is valid either way. If ctx ends, the crawl stops and can resume.
func (e *Engine) Run(ctx context.Context, p Plan, d Deps) (Result, error) {
	s, err := e.newScheduler(p, d)
	if err != nil {
		return Result{Reason: StopSiteUnreachable}, err
	}
	return s.run(ctx)
}

func (e *Engine) newScheduler(p Plan, d Deps) (*scheduler, error) {
	if err := p.validate(); err != nil {
		return nil, fmt.Errorf("start a crawl: %w", err)
	}
	sc, err := scope.New(p.Domains, p.Allow, p.Deny)
	if err != nil {
		return nil, fmt.Errorf("start a crawl of %s: %w", p.Seeds[0].URL, err)
	}
	queue := frontier.New(frontier.Options{Delay: p.Delay, NamedScore: legalScore})
	ledger := newLedger(d.Observer, d.Checkpoints)
	running := &tasks{log: e.Log, results: make(chan *taskResult)}
	cache := newRobotsCache()
	w := &worker{
		fetcher: e.fetcher, observer: d.Observer, log: e.Log, acceptLanguage: acceptLanguage(p.Languages), cookies: newCookies(), languages: languages{want: p.Languages},
		renderer: e.Renderer, renderMode: p.Render, robots: cache, tracePage: d.TracePage,
	}
	hosts := &hosts{
		delay: p.Delay, frontier: queue, ledger: ledger, tasks: running, leases: d.HostLeases, robots: cache,
		fetchRobots: w.fetchRobots, byName: map[string]*host{},
	}
	found := &discovery{
		plan: p, frontier: queue, scope: sc, ledger: ledger, hosts: hosts,
		languages: languages{want: p.Languages}, canonical: canonicalHosts{}, relocated: map[string]bool{}, judge: offsite.NewJudge(p.Domains),
	}
	return &scheduler{
		plan: p, observer: d.Observer, resume: d.Resume,
		frontier: queue, scope: sc, ledger: ledger, hosts: hosts, worker: w, tasks: running, robots: cache,
		discovery: found, sitemaps: &sitemapQueue{discovery: found},
	}, nil
}
