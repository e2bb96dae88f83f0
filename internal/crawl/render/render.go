// Package render renders pages in a headless Chromium, for sites whose text is created by
// scripts.
//
// The browser has no network access. The DevTools protocol intercepts every request of a
// page. This package checks it (scheme, kind, robots.txt, limits) and answers it with the
// crawler's own fetcher, which guards the IP address of each connection. Whatever bypasses
// interception goes to a proxy that does not exist. An untrusted page therefore reaches only
// what the crawler may reach, whether the browser is local or remote.
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

// Time limits that only tests change. A browser takes several seconds to start on a busy machine.
const (
	defaultStartTimeout = 30 * time.Second
	defaultOpenTimeout  = 15 * time.Second
)

// Config configures a Pool.
type Config struct {
	// Browser is a path, a name in PATH, or the DevTools URL of a running browser (ws, wss, http or
	// https). Empty selects the first Chromium in PATH.
	Browser string
	// Fetcher answers the requests of pages.
	Fetcher Fetcher
	// UserAgent is visible to scripts. Requests carry the User-Agent of the Fetcher.
	UserAgent          string
	MaxConcurrentPages int           // each page has its own browser
	SlotTimeout        time.Duration // time to wait for a free slot
	Timeout            time.Duration // of one page, from its first request until it settles
	// MaxRequests and MaxBytes limit a page. Bytes count after decompression.
	MaxRequests int
	MaxBytes    int64
	// MaxMemory limits a browser with its child processes, in bytes. It does not apply to a remote
	// browser.
	MaxMemory       int64
	PagesPerBrowser int           // pages after which a browser is restarted
	IdleTimeout     time.Duration // time after which an idle browser is closed
	ProfileDir      string        // folder for browser profiles; empty: the system's temporary folder
	// Log receives the start and end of browsers. The zero value logs nothing.
	Log logr.Logger
	// Observer receives events for metrics. Nil ignores them.
	Observer Observer

	startTimeout time.Duration // of a browser
	openTimeout  time.Duration // of an empty page
}

// Fetcher is implemented by *fetch.Fetcher.
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
	// Header and Body are the document if the caller already has it. It is not requested again then. A
	// nil Header means that the caller does not have it.
	Header         http.Header
	Body           []byte
	AcceptLanguage string
	// Allow returns an error if the page must not request a URL. It is called for every request,
	// including redirects, from several goroutines. It may take as long as fetching a robots.txt. Nil
	// allows everything.
	Allow func(ctx context.Context, u *url.URL) error
}

// RenderedPage is a page after its scripts have run.
type RenderedPage struct {
	// HTML is the document at the end, in UTF-8, with at most maxHTML characters. It is flat: the
	// content of shadow roots and of frames is in their places.
	HTML  string
	Title string
	// URL is the URL at the end, which scripts may have changed without loading a document. MovedTo is
	// the URL to which the page navigates, which is not loaded.
	URL       string
	MovedTo   string
	EndReason Reason // Settled, Timeout or Moved
	Truncated bool   // HTML is incomplete
	// Hosts counts the requests that were sent, by host and port. Requests, Bytes and Refused are the
	// totals of the page.
	Hosts    map[string]int
	Requests int
	Bytes    int64
	Refused  map[Refusal]int
	Duration time.Duration
}
