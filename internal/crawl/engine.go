package crawl

import (
	"context"
	"fmt"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/scope"
)

// UserAgentToken is the product token that robots.txt groups are matched by (RFC 9309
// section 2.2.1).
const UserAgentToken = "ClauseaBot"

// Engine runs crawls. It is safe for concurrent use: crawls share its connections and
// its browsers, and nothing else.
type Engine struct {
	// Log receives panics that pages cause and, at level 1, pages that could not be
	// rendered. The zero value logs nothing.
	Log logr.Logger
	// Renderer renders pages if a Plan asks for it. If it is nil, the text of pages
	// that need it is what they have without scripts, and their reason is
	// SkipNeedsBrowser.
	Renderer Renderer
	fetcher  *fetch.Fetcher
}

// New returns an Engine that fetches with f.
func New(f *fetch.Fetcher) *Engine { return &Engine{fetcher: f} }

// Deps are what one crawl depends on, beside its Plan.
type Deps struct {
	Observer Observer // required
	// HostLeases shares hosts with crawls in other processes; nil shares nothing. The
	// requests that a browser sends while it renders a page need no lease, except those for
	// robots.txt.
	HostLeases HostLeases
	// Resume has the entries that an earlier crawl passed to Observer.Checkpoint: the
	// latest snapshot and the entries after it, in order.
	Resume [][]byte
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
	queue := frontier.New(frontier.Options{Delay: p.Delay})
	ledger := newLedger(d.Observer)
	running := &tasks{log: e.Log, results: make(chan *taskResult)}
	cache := newRobotsCache()
	w := &worker{
		fetcher: e.fetcher, observer: d.Observer, log: e.Log, acceptLanguage: acceptLanguage(p.Languages),
		renderer: e.Renderer, renderMode: p.Render, robots: cache,
	}
	hosts := &hosts{
		delay: p.Delay, frontier: queue, ledger: ledger, tasks: running, leases: d.HostLeases, robots: cache,
		fetchRobots: w.fetchRobots, byName: map[string]*host{},
	}
	return &scheduler{
		plan: p, observer: d.Observer, resume: d.Resume,
		frontier: queue, scope: sc, ledger: ledger, hosts: hosts, worker: w, tasks: running, robots: cache,
		discovery: &discovery{
			plan: p, frontier: queue, scope: sc, ledger: ledger, hosts: hosts,
			languages: languages{want: p.Languages}, canonical: canonicalHosts{}, relocated: map[string]bool{},
		},
	}, nil
}
