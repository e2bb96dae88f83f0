// Package fetch gets one page: colly is the engine, on a transport of ours that
// checks every address at connect time, bounds bodies after decompression and
// keeps connections. It follows no robots.txt and has no queue: its caller does.
package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gocolly/colly/v2"
)

// DefaultUserAgent is what the crawler says of itself, always.
const DefaultUserAgent = "Mozilla/5.0 (compatible; ClauseaBot/1.0; +https://clausea.co/bot)"

// Defaults of a Config; see the project's default limits.
const (
	DefaultTimeout   = 10 * time.Second
	DefaultMaxBody   = 8 << 20
	maxHeaderBytes   = 64 << 10
	maxRedirects     = 5
	maxRetryAfter    = 24 * time.Hour
	responseWaitTime = 10 * time.Second
)

// Fetcher fetches pages. It is safe for concurrent use.
type Fetcher struct {
	cfg       Config
	transport *transport
	base      *colly.Collector
}

// New makes a Fetcher.
func New(cfg Config) (*Fetcher, error) {
	cfg = cfg.withDefaults()
	t, err := newTransport(cfg)
	if err != nil {
		return nil, err
	}
	c := colly.NewCollector(colly.AllowURLRevisit(), colly.IgnoreRobotsTxt(), colly.ParseHTTPErrorResponse(), colly.UserAgent(cfg.UserAgent), colly.MaxBodySize(0))
	c.WithTransport(t)
	// colly takes settings from the environment (COLLY_CACHE_DIR and more), which
	// would put files between us and the site, or a limit.
	c.CacheDir, c.MaxBodySize, c.MaxDepth, c.MaxRequests = "", 0, 0, 0
	c.AllowedDomains, c.DisallowedDomains = nil, nil
	c.IgnoreRobotsTxt, c.ParseHTTPErrorResponse = true, true
	c.DetectCharset, c.TraceHTTP, c.UserAgent = false, false, cfg.UserAgent
	c.SetRequestTimeout(0) // the request's context has the deadline
	c.DisableCookies()
	c.SetRedirectHandler(func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse })
	return &Fetcher{cfg: cfg, transport: t, base: c}, nil
}

// Close drops idle connections.
func (f *Fetcher) Close() { f.transport.inner.CloseIdleConnections() }

// Request is one page to get.
type Request struct {
	URL                string // absolute http or https
	ETag, LastModified string // validators, sent if set
	AcceptLanguage     string
	MaxBody            int64 // bytes after decompression; 0 is the Config's
	// Method, Header and Body are what a page's own script asks for, where a browser
	// renders it; "" is GET. Header goes before what the Fetcher would send, except
	// for User-Agent and Accept-Encoding, which are always its own.
	Method string
	Header http.Header
	Body   []byte
	// NoRedirects returns a redirect as it is; else up to five are followed.
	NoRedirects bool
	// TextOnly refuses bodies that are no text by their Content-Type, unread.
	TextOnly bool
	// Truncate takes the first MaxBody bytes of a longer body, where it would be refused.
	Truncate bool
	// Read, where set, is given the body of a 2xx as it comes, and Response.Body
	// stays empty. Past MaxBody bytes it gets an error. What it returns ends Do; its
	// reader is not to be used afterwards.
	ReadBody func(io.Reader) error
}

// Response is what came.
type Response struct {
	URL       string // that was asked for
	FinalURL  string
	Redirects []string
	Status    int
	Header    http.Header
	Body      []byte    // decompressed
	SentAt    time.Time // when the request was written; of several, the last
	FetchedAt time.Time
	// RetryAfter is how long a 429 or 503 asks to be left alone, a day at most.
	RetryAfter time.Duration
}

// Do gets a page. Any status is a Response; an error is always an *Error.
func (f *Fetcher) Do(ctx context.Context, r Request) (*Response, error) {
	at := r.URL
	var via []string
	for {
		res, err := f.once(ctx, at, r)
		if err != nil {
			return nil, err
		}
		res.URL, res.Redirects = r.URL, via
		loc := res.Header.Get("Location")
		if r.NoRedirects || res.Status < 300 || res.Status >= 400 || res.Status == http.StatusNotModified || loc == "" {
			return res, nil
		}
		if len(via) == maxRedirects {
			return nil, &Error{Reason: TooManyRedirects, URL: r.URL}
		}
		next, err := nextHop(at, loc)
		if err != nil {
			return nil, &Error{Reason: BadResponse, URL: r.URL, Err: err}
		}
		via, at = append(via, at), next
	}
}

func nextHop(at, location string) (string, error) {
	base, err := url.Parse(at)
	if err != nil {
		return "", fmt.Errorf("follow a redirect of %s: %w", at, err)
	}
	to, err := base.Parse(location)
	if err != nil {
		return "", fmt.Errorf("follow a redirect of %s: %w", at, err)
	}
	if to.Scheme != "http" && to.Scheme != "https" {
		return "", fmt.Errorf("follow a redirect of %s: scheme %q", at, to.Scheme)
	}
	to.Fragment = ""
	return to.String(), nil
}

// once does one request through a collector of its own, which shares colly's
// client with all others and costs a few hundred bytes.
func (f *Fetcher) once(ctx context.Context, at string, r Request) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, f.cfg.Timeout)
	defer cancel()
	x := &exchange{maxBody: r.MaxBody, onlyText: r.TextOnly, cut: r.Truncate, read: r.ReadBody}
	if x.maxBody <= 0 {
		x.maxBody = f.cfg.MaxBody
	}
	c := f.base.Clone()
	c.Context = context.WithValue(ctx, exchangeKey{}, x)
	var res *Response
	c.OnResponse(func(cr *colly.Response) {
		res = &Response{FinalURL: at, Status: cr.StatusCode, Header: *cr.Headers, Body: x.body, SentAt: time.Unix(0, x.sent.Load()), FetchedAt: time.Now().UTC()}
		if x.location != "" {
			res.Header.Set("Location", x.location)
		}
	})
	method, body := http.MethodGet, io.Reader(nil)
	if r.Method != "" {
		method = r.Method
	}
	if len(r.Body) > 0 {
		body = bytes.NewReader(r.Body)
	}
	err := c.Request(method, at, body, nil, f.header(r))
	if err != nil {
		return nil, asError(ctx, at, err)
	}
	if res == nil {
		return nil, &Error{Reason: BadResponse, URL: at}
	}
	// RFC 9110 section 10.2.3 has it mean how long to stay away with these two.
	if res.Status == http.StatusTooManyRequests || res.Status == http.StatusServiceUnavailable {
		res.RetryAfter = retryAfter(res.Header.Get("Retry-After"), res.FetchedAt)
	}
	return res, nil
}

func (f *Fetcher) header(r Request) http.Header {
	h := http.Header{
		"User-Agent":      {f.cfg.UserAgent},
		"Accept":          {"text/html,application/xhtml+xml,application/xml;q=0.9,text/plain;q=0.8,application/pdf;q=0.7,*/*;q=0.5"},
		"Accept-Encoding": {acceptEncoding},
	}
	if r.AcceptLanguage != "" {
		h["Accept-Language"] = []string{r.AcceptLanguage}
	}
	if r.ETag != "" {
		h["If-None-Match"] = []string{r.ETag}
	}
	if r.LastModified != "" {
		h["If-Modified-Since"] = []string{r.LastModified}
	}
	for name, values := range r.Header {
		if name = http.CanonicalHeaderKey(name); name != "User-Agent" && name != "Accept-Encoding" {
			h[name] = values
		}
	}
	return h
}

// retryAfter reads seconds or a date (RFC 9110 section 10.2.3).
func retryAfter(v string, now time.Time) time.Duration {
	if v == "" {
		return 0
	}
	if s, err := strconv.Atoi(v); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(max(s, 0), int(maxRetryAfter/time.Second))) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil {
		return min(max(t.Sub(now), 0), maxRetryAfter)
	}
	return 0
}
