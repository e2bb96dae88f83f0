// Package render renders pages in a headless Chromium, for sites whose text is created by
// scripts.
//
// The browser has no network access. The package intercepts every request of a page through
// the DevTools protocol, checks it (scheme, kind, robots.txt, limits) and answers it with the
// crawler's own fetcher, which guards the IP address of each connection. Connections that
// bypass interception go to a proxy that does not exist. An untrusted page therefore reaches
// only what the crawler may reach, whether the browser is local or remote.
package render

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl/fetch"
)

// Defaults of a Config, chosen by hand.
const (
	DefaultMaxConcurrentPages = 2
	DefaultTimeout            = 20 * time.Second
	DefaultSlotTimeout        = 5 * time.Minute
	DefaultMaxRequests        = 150
	DefaultMaxBytes           = 24 << 20 // bytes
	DefaultMaxMemory          = 1 << 30  // bytes
	DefaultPagesPerBrowser    = 50
	DefaultIdleTimeout        = time.Minute
)

// Time limits that only tests change. A browser takes several seconds to start on a busy machine.
const (
	defaultStartTimeout = 30 * time.Second
	defaultOpenTimeout  = 15 * time.Second
)

// Config configures a Pool. A field with its zero value gets its default, if it has one.
type Config struct {
	// Browser is a path, a name in PATH, or the DevTools URL of a running browser (ws, wss, http or
	// https). Empty selects the first Chromium in PATH.
	Browser string
	// Fetcher answers the requests of pages. It is required.
	Fetcher Fetcher
	// UserAgent is visible to scripts. Requests carry the User-Agent of the Fetcher.
	UserAgent          string
	MaxConcurrentPages int           // each page has its own browser
	SlotTimeout        time.Duration // time to wait for a free slot
	Timeout            time.Duration // of one page, from its first request until it settles
	// MaxRequests and MaxBytes limit the requests of a page. Bytes count after decompression.
	MaxRequests int
	MaxBytes    int64
	// MaxMemory limits a browser with its child processes, in bytes. It does not apply to a remote
	// browser.
	MaxMemory       int64
	PagesPerBrowser int           // pages after which a browser is replaced
	IdleTimeout     time.Duration // time after which an idle browser is closed
	ProfileDir      string        // folder for browser profiles; empty: the system's temporary folder
	// Log receives the start and end of browsers. The zero value logs nothing.
	Log logr.Logger
	// Observer receives events for metrics. Nil ignores them.
	Observer Observer

	startTimeout time.Duration // of a browser
	openTimeout  time.Duration // of an empty page
}

// Fetcher fetches the resources of a page. *fetch.Fetcher implements it.
type Fetcher interface {
	Do(ctx context.Context, r fetch.Request) (*fetch.Response, error)
}

func (c Config) withDefaults() Config {
	setDefault(&c.UserAgent, fetch.DefaultUserAgent)
	setDefault(&c.MaxConcurrentPages, DefaultMaxConcurrentPages)
	setDefault(&c.SlotTimeout, DefaultSlotTimeout)
	setDefault(&c.Timeout, DefaultTimeout)
	setDefault(&c.MaxRequests, DefaultMaxRequests)
	setDefault(&c.MaxBytes, DefaultMaxBytes)
	setDefault(&c.MaxMemory, DefaultMaxMemory)
	setDefault(&c.PagesPerBrowser, DefaultPagesPerBrowser)
	setDefault(&c.IdleTimeout, DefaultIdleTimeout)
	setDefault(&c.startTimeout, defaultStartTimeout)
	setDefault(&c.openTimeout, defaultOpenTimeout)
	if c.Log.GetSink() == nil {
		c.Log = logr.Discard()
	}
	if c.Observer == nil {
		c.Observer = noopObserver{}
	}
	return c
}

// setDefault sets a field that has its zero value.
func setDefault[T comparable](field *T, value T) {
	if zero := *new(T); *field == zero {
		*field = value
	}
}

// Request describes a page to render.
type Request struct {
	URL string // http or https
	// Header and Body are the response to URL if the caller has already fetched it. The pool does not
	// request it again. A nil Header means that the caller does not have it.
	Header         http.Header
	Body           []byte
	AcceptLanguage string
	// Allow returns an error if the page must not request a URL. The pool calls it from several
	// goroutines before it sends a request, also for redirects. Allow may fetch a robots.txt. Nil
	// allows everything.
	Allow func(ctx context.Context, u *url.URL) error
}

// RenderedPage is a page after its scripts have run.
type RenderedPage struct {
	// HTML is the document at the end, in UTF-8. It is flat: the content of shadow roots and frames
	// replaces them. It is empty if EndReason is Moved.
	HTML  string
	Title string
	// URL is the URL at the end. Scripts may have changed it without loading a document.
	URL string
	// MovedTo is the URL to which the page navigates if EndReason is Moved. The pool does not load it.
	MovedTo   string
	EndReason Reason // Settled, Timeout or Moved
	Truncated bool   // HTML is incomplete
	// Hosts counts the sent requests by host and port, and Requests is their total.
	Hosts    map[string]int
	Requests int
	Bytes    int64           // received bodies, after decompression
	Refused  map[Refusal]int // requests that were not sent, and rejected responses
	Duration time.Duration   // since a browser was ready
}
