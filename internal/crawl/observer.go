package crawl

import (
	"context"
	"net/http"
	"time"

	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/links"
	"github.com/clausea/crawler/internal/crawl/neardup"
	"github.com/clausea/crawler/internal/exchange"
)

// Observer receives the pages and outcomes of a crawl. Validators and Page are called from
// several goroutines at once; the other methods are called from the goroutine of
// Engine.Run only.
type Observer interface {
	// Validators returns the cache validators of a URL. The zero value means that none are
	// known.
	Validators(ctx context.Context, url string) Validators
	// Page classifies and stores a page. An error ends the crawl. The engine passes a page
	// twice if it renders the page because of the first verdict.
	Page(ctx context.Context, p *Page) (Verdict, error)
	// Outcome reports the outcome of one URL. It must not block. A URL that was skipped has
	// a second Outcome, which replaces the first, if another page links to it and it is
	// fetched.
	Outcome(o Outcome)
	// Progress reports the crawl's counters after each response. It must not block.
	Progress(p Progress)
	// HostEvent reports that a host is slowed down or paused. It must not block.
	HostEvent(e HostEvent)
}

// NopObserver implements Observer and does nothing. Embed it to implement only some of the
// methods.
type NopObserver struct{}

// Validators implements Observer.
func (NopObserver) Validators(context.Context, string) Validators { return Validators{} }

// Page implements Observer.
func (NopObserver) Page(context.Context, *Page) (Verdict, error) { return Verdict{}, nil }

// Outcome implements Observer.
func (NopObserver) Outcome(Outcome) {}

// Progress implements Observer.
func (NopObserver) Progress(Progress) {}

// HostEvent implements Observer.
func (NopObserver) HostEvent(HostEvent) {}

// Page is one fetched page.
type Page struct {
	URL       string     // canonical form of the requested URL
	FinalURL  string     // URL of the page that was rendered, after client-side navigation; URL if none
	Redirects []Redirect // the redirects that led to URL, first one first
	Status    int
	Header    http.Header
	// Body is decompressed and bounded, in the character encoding of the response.
	Body        []byte
	NotModified bool // a 304 response to the validators of Observer.Validators
	FetchedAt   time.Time
	// Exchange returns the facts of the HTTP exchange. It is nil if they are not known.
	Exchange func() exchange.Exchange
	Depth    int
	Score    float64
	Anchor   string   // text of the link that led to URL
	Path     []string // URLs from a seed to this page, this one last
	Links    *Links   // nil if the body is not HTML
	Rendered bool     // Body is the document that a browser built
	Probed   bool     // URL is a guess that no page links to, such as a well-known path
}

// Redirect is a URL that redirects, and the status of its response.
type Redirect = frontier.Redirect

// The result of scanning an HTML page for links.
type (
	// Links is the whole result.
	Links = links.LinkScan
	// Alternate is the same page in another language.
	Alternate = links.Alternate
	// Link is one link.
	Link = links.Link
)

// Verdict is an Observer's classification of a page.
type Verdict struct {
	Legal      bool
	Type       string
	Confidence float64
	SoftError  bool // an error, login or consent page that was sent with a success status
	Empty      bool // too little text for a document
	// Sketch is the similarity sketch of the page's own text, without the boilerplate
	// around it. If it is zero, the engine compares whole pages.
	Sketch neardup.Sketch
	// Reason says why the page is not stored as a document. It may be empty.
	Reason SkipReason
	// Record is the Observer's own data; Outcome returns it unchanged.
	Record any
}

// Validators are sent as If-None-Match and If-Modified-Since.
type Validators struct{ ETag, LastModified string }

// OutcomeKind is the stage at which the crawl of a URL ended.
type OutcomeKind int

// The kinds of outcome.
const (
	// OutcomeSkipped: the URL was not requested.
	OutcomeSkipped OutcomeKind = iota
	// OutcomeFailed: the request, retries included, had no usable response.
	OutcomeFailed
	// OutcomeRedirected: the response redirects to Location, which has an Outcome of its own.
	OutcomeRedirected
	// OutcomeFetched: a page was fetched and passed to Observer.Page.
	OutcomeFetched
)

// Outcome is the result of crawling one URL.
type Outcome struct {
	Kind   OutcomeKind
	URL    string
	Parent string // the page that links to URL; empty for a seed, a probe and a URL of a sitemap
	Anchor string // text of the link that led to URL; empty if there is none or it is not known
	// Reason says why there is no page. For a fetched page it says why its text is not
	// used or is incomplete, and is empty if its text is used.
	Reason    SkipReason
	Status    int        // HTTP status of the response; 0 if there was none
	Cause     string     // why there was no response, if Kind is OutcomeFailed; see Failure
	Location  string     // target of a redirect, if Kind is OutcomeRedirected
	Redirects []Redirect // the redirects that led to URL, first one first
	// Page and Verdict are those of the last call of Observer.Page, if Kind is
	// OutcomeFetched. Page has no Body.
	Page    *Page
	Verdict *Verdict
}

// Progress is a snapshot of a crawl's counters.
type Progress struct {
	Fetched, Queued, InFlight, Failed int
	Skipped                           map[SkipReason]int
	LegalFound                        int
	CurrentHost                       string
	Elapsed                           time.Duration
	// DelayWait is the time for which this process waited for the delays of hosts, with no
	// request in flight.
	DelayWait time.Duration
}

// Result is the result of a crawl.
type Result struct {
	Reason StopReason
	// Failure is the request that explains why the crawl failed. It may be set only if Reason is
	// StopSiteUnreachable or StopAccessDenied.
	Failure Failure
	// CrawlDelay is the longest delay between requests that a robots.txt asks for, if that is
	// longer than the delay of the plan, and CrawlDelayHost the host that asks for it.
	CrawlDelay     time.Duration
	CrawlDelayHost string
	Progress       Progress
}
