// Package render has pages drawn by a headless Chromium, for sites whose text is
// put together by scripts.
//
// The browser has no network. Every request of a page is held by the DevTools
// protocol, checked (scheme, kind, robots.txt, bounds) and answered by the crawler's
// own fetcher, which guards the address of each connection; whatever is not held
// goes to a proxy that does not exist. So a page of a stranger reaches what the
// crawler may reach, and nothing else, whether the browser runs here or elsewhere.
package render

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl/fetch"
)

// Defaults of a Config.
const (
	DefaultMaxConcurrentPages = 2
	DefaultTimeout            = 20 * time.Second
	DefaultSlotTimeout        = 5 * time.Minute
	DefaultMaxRequests        = 150
	DefaultMaxBytes           = 24 << 20
	DefaultMaxMemory          = 1 << 30
	DefaultPagesPerBrowser    = 50
	DefaultIdleTimeout        = time.Minute
)

// Config says which browser draws, and within which bounds.
type Config struct {
	// Browser is a path, a name in PATH, or the DevTools URL of a running one (ws,
	// wss, http or https). Empty is the first Chromium in PATH.
	Browser string
	// Fetcher answers the pages' requests.
	Fetcher Fetcher
	// UserAgent is what pages' scripts see; the requests' is the Fetcher's.
	UserAgent          string
	MaxConcurrentPages int           // at once; each has a browser process of its own
	SlotTimeout        time.Duration // for a free slot
	Timeout            time.Duration // of one page, from its first request until it is at rest
	// MaxRequests and MaxBytes are one page's; bytes count after decompression.
	MaxRequests int
	MaxBytes    int64
	// MaxMemory is of one browser with its children, in bytes; it is not known of a
	// remote one.
	MaxMemory       int64
	PagesPerBrowser int           // before it is started anew
	IdleTimeout     time.Duration // after which a browser without work is ended
	ProfileDir      string        // where profiles are made; empty is the system's for temporary files
	// Log is told of browsers that start and end; the zero one is silent.
	Log logr.Logger
	// Observer is told of pages and browsers, for counting; nil is nobody.
	Observer Observer
}

// Fetcher is fetch.Fetcher's.
type Fetcher interface {
	Do(ctx context.Context, r fetch.Request) (*fetch.Response, error)
}

func (c Config) withDefaults() Config {
	set(&c.UserAgent, fetch.DefaultUserAgent)
	set(&c.MaxConcurrentPages, DefaultMaxConcurrentPages)
	set(&c.SlotTimeout, DefaultSlotTimeout)
	set(&c.Timeout, DefaultTimeout)
	set(&c.MaxRequests, DefaultMaxRequests)
	set(&c.MaxBytes, DefaultMaxBytes)
	set(&c.MaxMemory, DefaultMaxMemory)
	set(&c.PagesPerBrowser, DefaultPagesPerBrowser)
	set(&c.IdleTimeout, DefaultIdleTimeout)
	if c.Log.GetSink() == nil {
		c.Log = logr.Discard()
	}
	if c.Observer == nil {
		c.Observer = silent{}
	}
	return c
}

func set[T comparable](field *T, value T) {
	if zero := *new(T); *field == zero {
		*field = value
	}
}

// Request is a page to draw.
type Request struct {
	URL string // http or https
	// Header and Body are the document, where it is there already: it is not asked
	// for again then. Header nil means that it is not.
	Header         http.Header
	Body           []byte
	AcceptLanguage string
	// Allow says whether the page may ask for a URL; an error refuses it. It is asked
	// for every request, redirects included, from several goroutines, and may take
	// the time to read a robots.txt. Nil allows all.
	Allow func(ctx context.Context, u *url.URL) error
}

// RenderedPage is what was drawn.
type RenderedPage struct {
	// HTML is the document as it stood at the end, in UTF-8, at most maxHTML
	// characters. It is flat: what shadow roots show stands where it is seen, and
	// frames' documents stand in the places of their frames.
	HTML  string
	Title string
	// URL is the address at the end, which scripts may have changed without loading
	// anything; MovedTo is where the page would have gone on to, which is not loaded
	// here.
	URL       string
	MovedTo   string
	EndReason Reason // Settled, Timeout or Moved
	Truncated bool   // HTML is not all of it
	// Hosts counts the requests that were sent, by host and port; Requests, Bytes
	// and Refused count the page's.
	Hosts    map[string]int
	Requests int
	Bytes    int64
	Refused  map[Refusal]int
	Duration time.Duration
}
