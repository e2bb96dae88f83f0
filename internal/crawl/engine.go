package crawl

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/robots"
	"github.com/clausea/crawler/internal/crawl/scope"
)

// UserAgentToken is the product token that robots.txt groups are matched by (RFC 9309 section 2.2.1).
const UserAgentToken = "ClauseaBot"

// Engine runs crawls. It is safe for concurrent use: crawls share its
// connections and nothing else.
type Engine struct {
	// Log is told of pages that broke the parser; the zero one is silent.
	Log logr.Logger
	// Renderer draws pages where a Plan asks for it. Without one, those that would
	// have needed it are counted as "needs_browser", with what they say without.
	Renderer Renderer
	fetcher  *fetch.Fetcher
}

// New makes an Engine that fetches with f.
func New(f *fetch.Fetcher) *Engine { return &Engine{fetcher: f} }

// Deps are what one crawl depends on, beside its Plan.
type Deps struct {
	Observer Observer // required
	// HostLeases shares hosts with crawls in other processes; nil shares nothing. The
	// requests that a browser makes while it renders a page are not covered.
	HostLeases HostLeases
	// Resume are the entries that an earlier crawl passed to Observer.Checkpoint: the
	// latest snapshot and the entries after it, in order.
	Resume [][]byte
}

// Run does one crawl. It returns an error if the crawl cannot start, and if a
// dependency fails; the Result is valid either way. If ctx ends, the crawl stops and
// can be resumed.
func (e *Engine) Run(ctx context.Context, p Plan, d Deps) (Result, error) {
	c, err := e.begin(p, d)
	if err != nil {
		return Result{Reason: StopSiteUnreachable}, err
	}
	return c.run(ctx)
}

// crawl is the state of one Run. All of it belongs to the scheduler, the
// goroutine in run; workers get a task and give back an outcome.
type crawl struct {
	plan      Plan
	observer  Observer
	leases    HostLeases
	resume    [][]byte
	fetcher   *fetch.Fetcher
	renderer  Renderer
	rules     *rules
	log       logr.Logger
	frontier  *frontier.Frontier
	scope     *scope.Scope
	seen      *frontier.Seen
	passed    map[string]SkipReason // keys that were passed over so far, and why
	questions []question            // robots.txt to be asked for
	paths     map[string]string     // page to the page that linked to it
	hosts     map[string]*hostState
	twins     map[string]twin // host to the address that its pages name as canonical
	relocated []string        // hosts whose links were found to be at another
	adopted   []string        // hosts whose domain was taken into scope
	language  string          // of the first page, two letters
	outcomes  chan outcome
	started   time.Time
	tally     tally
	entry     entry // what the journal does not have yet
	entries   int
	workers   int // goroutines at work, preparations of hosts included
	waiting   int // those of them that take or give back a host's turn
}

// hostState is what a crawl knows of one host beside its queue.
type hostState struct {
	name      string
	preparing bool
	prepared  bool
	rules     *robots.Group
	unknown   SkipReason // why robots.txt could not be read: all of it is disallowed
	status    int        // with which robots.txt was answered then; 0: it was not
	failures  int        // requests in a row without an answer
	later     bool       // it asked to be left alone for longer than a crawl waits
	sitemaps  []string
	rulesAt   *url.URL  // where its robots.txt was, nil if nowhere
	mapped    bool      // its sitemaps were asked for
	turn      HostLease // nil: it is not this crawl's, or hosts are not shared
	began     time.Time // its turn
	moving    bool      // its turn is asked for or given back
	busy      bool      // its turn did not come
}

// tally counts what the Result reports.
type tally struct {
	fetched, failed, legal, sinceLegal int
	requests                           int // all page requests, the page limit counts these
	flying                             int // those of them without an answer yet
	sitemaps, children, mapped         int // sitemaps asked for, those that indexes named, URLs queued from them
	denied, unreachable, robots        int
	skipped                            map[SkipReason]int
	types                              map[string]bool
	host                               string
	probes                             int // guesses that were tried
}

func (e *Engine) begin(p Plan, d Deps) (*crawl, error) {
	if err := p.validate(); err != nil {
		return nil, fmt.Errorf("start a crawl: %w", err)
	}
	sc, err := scope.New(p.Domains, p.Allow, p.Deny)
	if err != nil {
		return nil, fmt.Errorf("start a crawl of %s: %w", p.Seeds[0].URL, err)
	}
	c := &crawl{
		plan: p, observer: d.Observer, leases: d.HostLeases, resume: d.Resume, fetcher: e.fetcher, log: e.Log, scope: sc,
		renderer: e.Renderer, rules: &rules{fetcher: e.fetcher, byHost: map[string]*hostRules{}},
		frontier: frontier.New(frontier.Options{Delay: p.Delay, MaxConcurrentPerHost: p.PerHost, MaxConcurrentHosts: p.HostsAtOnce}),
		seen:     frontier.NewSeen(),
		passed:   map[string]SkipReason{},
		paths:    map[string]string{},
		hosts:    map[string]*hostState{},
		twins:    map[string]twin{},
		outcomes: make(chan outcome),
		tally:    tally{skipped: map[SkipReason]int{}, types: map[string]bool{}},
	}
	return c, nil
}
