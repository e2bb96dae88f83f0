// Package crawl is the crawl engine: seeds and a frontier in, fetched pages out.
// It knows nothing of stores, Kubernetes or what a legal document is: it asks a
// Handler.
package crawl

import (
	"context"
	"net/http"
	"time"

	"github.com/clausea/crawler/internal/crawl/links"
	"github.com/clausea/crawler/internal/crawl/neardup"
)

// Seed is an address to begin with. A pinned seed is trusted: scope by host and
// scoring don't apply to it.
type Seed struct {
	URL    string
	Type   string
	Pinned bool
}

// Plan says what one crawl is to do. Zero values mean the defaults.
type Plan struct {
	Domains       []string // registrable domains or hosts in scope
	Seeds         []Seed
	Allow, Deny   []string // path patterns, robots.txt syntax (* and $)
	Languages     []string // preferred, BCP 47; empty is any
	ExpectedTypes []string
	MaxPages      int           // default 500; kept to the page
	MaxDepth      int           // links from a seed; negative is none (the seeds alone), 0 the default of 6
	Delay         time.Duration // between requests to a host; negative is none, 0 the default of 1 s
	TimeLimit     time.Duration // default 30 min
	HostsAtOnce   int           // default 32
	PerHost       int           // requests at once to one host, default 1; more only when Delay is none
	Exhaustive    bool          // don't converge: fetch all that is in scope
	Render        RenderMode    // default RenderNever
	// Hosts, where set, shares hosts with crawls elsewhere; a browser's requests for
	// what a page loads are not among what is shared.
	Hosts Hosts
	// Resume are the entries of an earlier process's Journal, in order.
	Resume [][]byte
}

// Page is one fetched page.
type Page struct {
	URL       string // canonical form that was asked for
	FinalURL  string // after redirects
	Redirects []string
	Status    int
	Header    http.Header
	// Body is decompressed and bounded; its charset is as it was sent.
	Body        []byte
	NotModified bool // 304 to validators given by Handler.Validators
	FetchedAt   time.Time
	Depth       int
	Score       float64
	Anchor      string   // text of the link that led here
	Path        []string // URLs from a seed to here, this one last
	Links       *Links   // nil where the body is not HTML
	Rendered    bool     // Body is what a browser made of the page
	Guessed     bool     // nobody named its address: the crawl tried it by itself
}

// What one pass over an HTML page found.
type (
	// Links is all of it.
	Links = links.LinkScan
	// Alternate is the page in another language.
	Alternate = links.Alternate
	// Link is one link.
	Link = links.Link
)

// Verdict is a Handler's opinion of a page.
type Verdict struct {
	Legal      bool
	Type       string
	Confidence float64
	SoftError  bool // a soft 404, login or error page sent as 200
	Empty      bool // no text that could be a document's
	// Shows is of the page's own text, without what stands around it; the zero Sketch
	// where that is not known, and the whole page counts.
	Shows neardup.Sketch
}

// Validators are sent as If-None-Match and If-Modified-Since.
type Validators struct{ ETag, LastModified string }

// Handler receives what a crawl finds. Page is called from several goroutines.
type Handler interface {
	// Validators gives what is known of url, zero if nothing.
	Validators(ctx context.Context, url string) Validators
	// Page judges and keeps one page; an error ends the crawl.
	Page(ctx context.Context, p *Page) (Verdict, error)
}

// Journal keeps a crawl's state as it goes, so that another process can go on
// after a kill. A Handler that is a Journal too is written to after each page.
type Journal interface {
	// Append keeps one entry. A whole entry makes all those before it
	// superfluous; the others follow on in order.
	Append(ctx context.Context, entry []byte, whole bool) error
}

// Loser is told of pages that could not be had, by status (0: no answer) and
// skip reason. A Handler may be one.
type Loser interface {
	Lost(url string, status int, reason string)
}

// Skipper is told of each URL that is not fetched, of the page that led there
// ("" for a seed) and of the reason, which is of a bounded set. A URL that is not
// fetched for one page's sake may be fetched later for another's: the page counts
// then. Two reasons are about pages that were fetched and have no text without a
// browser: "needs_browser" and "not_rendered". A Handler may be one; Skipped is
// called from one goroutine and must not block.
type Skipper interface {
	Skipped(url string, parent string, reason string)
}

// Redirector is told of each redirect of a page, with its status. A Handler may be
// one; Redirected is called from one goroutine and must not block.
type Redirector interface {
	Redirected(from, to string, status int)
}

// Watcher is told of a crawl's progress after each page. A Handler may be one.
type Watcher interface{ Progress(p Progress) }

// Progress is a moment of a crawl.
type Progress struct {
	Fetched, Queued, InFlight, Failed int
	Skipped                           map[string]int
	LegalFound                        int
	CurrentHost                       string
	Elapsed                           time.Duration
}

// StopReason says why a crawl ended.
type StopReason string

// Ends that are not failures, then failures by fault.
const (
	FrontierEmpty    StopReason = "FrontierEmpty"
	Converged        StopReason = "Converged"
	PageLimit        StopReason = "PageLimit"
	TimeLimit        StopReason = "TimeLimit"
	Stopped          StopReason = "Stopped"
	BudgetSpent      StopReason = "BudgetSpent"
	RobotsDisallowed StopReason = "RobotsDisallowed"
	AccessDenied     StopReason = "AccessDenied"
	SiteUnreachable  StopReason = "SiteUnreachable"
)

// Failed says whether the reason is a failure.
func (r StopReason) Failed() bool {
	return r == RobotsDisallowed || r == AccessDenied || r == SiteUnreachable
}

// Result is what a crawl has to say at its end.
type Result struct {
	Reason  StopReason
	Message string // one sentence for a person
	// Robots says, of a crawl that ended as SiteUnreachable, which host's robots.txt
	// was at fault and how it answered; empty: none was.
	Robots string
	// NoAnswer is, of such a crawl, the reason for which a host gave no answer at all
	// when it was asked for its robots.txt, such as "connect" or "dns"; empty: none did.
	NoAnswer string
	Progress Progress
}
