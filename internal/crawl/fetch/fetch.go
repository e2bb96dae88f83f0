// Package fetch fetches single pages. It uses colly on top of its own transport, which
// checks the IP address of every connection, limits bodies after decompression and reuses
// connections. The caller evaluates robots.txt and queues URLs.
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
	"strings"
	"time"

	"github.com/gocolly/colly/v2"
)

// maxRedirects is how many redirects Do follows. RFC 9309 section 2.3.1.2 asks for at least
// five, for robots.txt.
const maxRedirects = 5

// maxRetryAfter limits Response.RetryAfter. It was chosen by hand.
const maxRetryAfter = 24 * time.Hour

// Fetcher fetches pages. It is safe for concurrent use.
type Fetcher struct {
	cfg       Config
	transport *transport
	base      *colly.Collector
}

// New returns a Fetcher. It returns an error if the CA file or the proxy URL is invalid.
func New(cfg Config) (*Fetcher, error) {
	cfg = cfg.withDefaults()
	t, err := newTransport(cfg)
	if err != nil {
		return nil, err
	}
	c := colly.NewCollector(colly.AllowURLRevisit(), colly.IgnoreRobotsTxt(), colly.ParseHTTPErrorResponse(), colly.UserAgent(cfg.UserAgent), colly.MaxBodySize(0))
	c.WithTransport(t)
	// colly reads settings such as COLLY_CACHE_DIR from the environment. Reset them, because
	// they can add a cache or other limits.
	c.CacheDir, c.MaxBodySize, c.MaxDepth, c.MaxRequests = "", 0, 0, 0
	c.AllowedDomains, c.DisallowedDomains = nil, nil
	c.IgnoreRobotsTxt, c.ParseHTTPErrorResponse = true, true
	c.DetectCharset, c.TraceHTTP, c.UserAgent = false, false, cfg.UserAgent
	c.SetRequestTimeout(0) // the request's context has a deadline
	c.DisableCookies()
	c.SetRedirectHandler(func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse })
	return &Fetcher{cfg: cfg, transport: t, base: c}, nil
}

// Close closes idle connections.
func (f *Fetcher) Close() { f.transport.inner.CloseIdleConnections() }

// Request describes a page to fetch.
type Request struct {
	URL                string // absolute http or https
	ETag, LastModified string // validators, sent unless empty
	AcceptLanguage     string // header value; empty: none
	MaxBody            int64  // bytes after decompression; 0: Config.MaxBody
	// Method, Header and Body serve the requests of a page that a browser renders. An empty
	// Method is GET. Header overrides the headers of the Fetcher, except User-Agent and
	// Accept-Encoding.
	Method string
	Header http.Header
	Body   []byte
	// Jar, if set, has the cookies to send, and receives those of the response.
	Jar http.CookieJar
	// NoRedirects returns a redirect response instead of following up to five redirects.
	NoRedirects bool
	// TextOnly rejects bodies whose Content-Type cannot be that of a document, without
	// reading them. A PDF may have MaxPDF bytes, even if MaxBody is smaller.
	TextOnly bool
	// Truncate returns the first MaxBody bytes of a longer body instead of rejecting it.
	Truncate bool
	// ReadBody, if set, reads the body of a 2xx response as a stream. Response.Body stays
	// empty. The reader fails after MaxBody bytes and must not be used after ReadBody
	// returns. If ReadBody returns an error, Do fails with it.
	ReadBody func(io.Reader) error
}

// Response is the response to a Request.
type Response struct {
	URL       string   // the requested URL
	FinalURL  string   // the URL that responded, after redirects
	Redirects []string // the URLs that redirected, in order
	Status    int
	Header    http.Header
	Body      []byte    // decompressed
	SentAt    time.Time // when the last request was written
	FetchedAt time.Time // when the response was complete, in UTC
	// RetryAfter is the time for which a 429 or 503 response asks the client to wait, at
	// most a day. 0 means that there is no valid Retry-After.
	RetryAfter time.Duration
	// SetsCookies means that the response has cookies, and the request had a Jar.
	SetsCookies bool

	sent sentRequest
}

// Do fetches a page. It returns a Response for every HTTP status. An error is always an
// *Error.
func (f *Fetcher) Do(ctx context.Context, r Request) (*Response, error) {
	at := r.URL
	var redirects []string
	for {
		start := time.Now()
		res, err := f.fetchOnce(ctx, at, r)
		f.reportDone(res, err, time.Since(start))
		if err != nil {
			return nil, err
		}
		res.URL, res.Redirects = r.URL, redirects
		loc := res.Header.Get("Location")
		if r.NoRedirects || res.Status < 300 || res.Status >= 400 || res.Status == http.StatusNotModified || loc == "" {
			return res, nil
		}
		if len(redirects) == maxRedirects {
			return nil, &Error{Reason: TooManyRedirects, URL: r.URL, Err: fmt.Errorf("more than %d redirects", maxRedirects)}
		}
		next, err := nextHop(at, loc)
		if err != nil {
			return nil, &Error{Reason: BadResponse, URL: r.URL, Err: err}
		}
		redirects, at = append(redirects, at), next
	}
}

// reportDone calls Config.OnDone.
func (f *Fetcher) reportDone(res *Response, err error, took time.Duration) {
	var failure *Error
	switch {
	case f.cfg.OnDone == nil:
	case errors.As(err, &failure):
		f.cfg.OnDone(0, failure.Reason, took)
	case res != nil:
		f.cfg.OnDone(res.Status, "", took)
	}
}

// nextHop resolves the Location of a redirect, without its fragment.
func nextHop(at, location string) (string, error) {
	base, err := url.Parse(at)
	if err != nil {
		return "", fmt.Errorf("follow redirect of %s: %w", at, err)
	}
	to, err := base.Parse(location)
	if err != nil {
		return "", fmt.Errorf("follow redirect of %s: %w", at, err)
	}
	if to.Scheme != "http" && to.Scheme != "https" {
		return "", fmt.Errorf("follow redirect of %s: unsupported scheme %q", at, to.Scheme)
	}
	to.Fragment = ""
	return to.String(), nil
}

// fetchOnce sends one request. It clones the collector, because the callback and the context
// belong to one request. Clones share an HTTP client and take a few hundred bytes each.
func (f *Fetcher) fetchOnce(ctx context.Context, at string, r Request) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, f.cfg.Timeout)
	defer cancel()
	x := &requestExchange{maxBody: r.MaxBody, textOnly: r.TextOnly, truncate: r.Truncate, readBody: r.ReadBody}
	if x.maxBody <= 0 {
		x.maxBody = f.cfg.MaxBody
	}
	c := f.base.Clone()
	c.Context = context.WithValue(ctx, exchangeKey{}, x)
	var res *Response
	c.OnResponse(func(cr *colly.Response) {
		res = &Response{FinalURL: at, Status: cr.StatusCode, Header: *cr.Headers, Body: x.body, SentAt: time.Unix(0, x.sentAt.Load()), FetchedAt: time.Now().UTC()}
		if x.location != "" {
			res.Header.Set("Location", x.location)
		}
		res.sent = sentRequest{method: cr.Request.Method, header: *cr.Request.Headers, viaProxy: f.transport.inner.Proxy != nil, exchange: x}
	})
	method, body := http.MethodGet, io.Reader(nil)
	if r.Method != "" {
		method = r.Method
	}
	if len(r.Body) > 0 {
		body = bytes.NewReader(r.Body)
	}
	header := f.requestHeader(r)
	u, err := url.Parse(at)
	if err == nil && r.Jar != nil {
		for _, k := range r.Jar.Cookies(u) {
			header["Cookie"] = append(header["Cookie"], k.Name+"="+k.Value)
		}
		if len(header["Cookie"]) > 0 {
			header["Cookie"] = []string{strings.Join(header["Cookie"], "; ")}
		}
	}
	err = c.Request(method, at, body, nil, header)
	if err != nil {
		return nil, classifyError(ctx, at, err)
	}
	if res == nil {
		return nil, &Error{Reason: BadResponse, URL: at, Err: errors.New("no response")}
	}
	if r.Jar != nil && u != nil {
		if cookies := (&http.Response{Header: res.Header}).Cookies(); len(cookies) > 0 {
			r.Jar.SetCookies(u, cookies)
			res.SetsCookies = true
		}
	}
	// Other statuses give Retry-After another meaning or none (RFC 9110 section 10.2.3).
	if res.Status == http.StatusTooManyRequests || res.Status == http.StatusServiceUnavailable {
		res.RetryAfter = parseRetryAfter(res.Header.Get("Retry-After"), res.FetchedAt)
	}
	return res, nil
}

// requestHeader returns the headers of a request.
func (f *Fetcher) requestHeader(r Request) http.Header {
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

// parseRetryAfter parses a number of seconds or a date (RFC 9110 section 10.2.3). It returns
// 0 if v is malformed.
func parseRetryAfter(v string, now time.Time) time.Duration {
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
