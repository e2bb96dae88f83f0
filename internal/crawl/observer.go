package crawl

import (
	"context"
	"net/http"
	"time"

	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/links"
	"github.com/clausea/crawler/internal/crawl/neardup"
)

// Observer receives what a crawl finds. Validators and Page are called from several
// goroutines at once; the other methods are called from one goroutine, the
// scheduler's.
type Observer interface {
	// Validators returns the cache validators that are known of a URL, zero if none.
	Validators(ctx context.Context, url string) Validators
	// Page classifies and stores a page. An error ends the crawl. A page is passed a
	// second time if its first verdict made the engine render it.
	Page(ctx context.Context, p *Page) (Verdict, error)
	// Outcome reports how one URL ended. Each Outcome is complete: no call depends on
	// an earlier one. A skipped URL gets a second Outcome if another page leads to it
	// and it is fetched after all; the later one replaces the earlier one. Outcome
	// must not block.
	Outcome(o Outcome)
	// Checkpoint saves one entry of the crawl's log, from which another process can
	// resume. A snapshot replaces all entries before it; other entries follow the
	// latest snapshot in order. An error ends the crawl.
	Checkpoint(ctx context.Context, entry []byte, snapshot bool) error
	// Progress reports the crawl's counters after each response. It must not block.
	Progress(p Progress)
}

// NopObserver ignores everything. Embed it to implement a part of Observer.
type NopObserver struct{}

// Validators implements Observer.
func (NopObserver) Validators(context.Context, string) Validators { return Validators{} }

// Page implements Observer.
func (NopObserver) Page(context.Context, *Page) (Verdict, error) { return Verdict{}, nil }

// Outcome implements Observer.
func (NopObserver) Outcome(Outcome) {}

// Checkpoint implements Observer.
func (NopObserver) Checkpoint(context.Context, []byte, bool) error { return nil }

// Progress implements Observer.
func (NopObserver) Progress(Progress) {}

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
	Depth       int
	Score       float64
	Anchor      string   // text of the link that led to URL
	Path        []string // URLs from a seed to this page, this one last
	Links       *Links   // nil if the body is not HTML
	Rendered    bool     // Body is the document that a browser built
	Probed      bool     // no page links to URL: it is a well-known path
}

// Redirect is a URL that redirects to another one, with the status of its response.
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
	// Reason says why the page is not stored as a document, if there is a reason.
	Reason SkipReason
	// Record is the Observer's own data; Outcome returns it unchanged.
	Record any
}

// Validators are sent as If-None-Match and If-Modified-Since.
type Validators struct{ ETag, LastModified string }

// OutcomeKind is the stage that a crawl reached with a URL.
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

// Outcome is how one URL ended.
type Outcome struct {
	Kind   OutcomeKind
	URL    string
	Parent string // the page that links to URL; empty for a seed and a probe
	// Reason says why there is no page. Of a page that was fetched it says why its
	// text is not used or is incomplete, and is empty if neither is so.
	Reason    SkipReason
	Status    int        // HTTP status of the response; 0 if there was none
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
}

// Result is the end of a crawl.
type Result struct {
	Reason StopReason
	// RobotsFailure names, if Reason is StopSiteUnreachable, the host whose robots.txt
	// could not be read and the status of its response.
	RobotsFailure string
	// NetworkFailure is, if Reason is StopSiteUnreachable, why a host did not answer
	// the request for its robots.txt.
	NetworkFailure SkipReason
	Progress       Progress
}
