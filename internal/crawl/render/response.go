package render

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"

	cdpfetch "github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"

	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
)

// refusalError is the error of a request that was refused, or whose response was rejected.
type refusalError struct {
	refusal Refusal
	err     error
}

func (r *refusalError) Error() string { return fmt.Sprintf("%s: %v", r.refusal, r.err) }
func (r *refusalError) Unwrap() error { return r.err }

// response is what the browser receives as the response of the site.
type response struct {
	status int
	header []*cdpfetch.HeaderEntry
	body   []byte
}

// responder returns the responses to the requests of a page, and counts what it sends and
// receives. It is safe for concurrent use.
type responder struct {
	req      Request
	url      *url.URL // of the page
	fetcher  Fetcher
	cache    *scriptCache
	maxBytes int64

	mu      sync.Mutex
	traffic traffic
}

// traffic counts the requests that were sent for a page, and their responses.
type traffic struct {
	requests int
	bytes    int64          // of bodies
	hosts    map[string]int // requests by host and port
}

// respond returns the response to a request: the document of the Request, a script from the
// cache, or else the response of the site. An error that refuses the request is a
// *refusalError.
func (r *responder) respond(ctx context.Context, p *pausedRequest) (*response, error) {
	if p.document && r.req.Header != nil && sameDocument(p.url, r.url) {
		return &response{http.StatusOK, responseHeader(r.req.Header), r.req.Body}, nil
	}
	header, err := requestHeader(p.Request.Headers)
	if err != nil {
		return nil, err
	}
	body, err := requestBody(p.Request)
	if err != nil {
		return nil, err
	}
	key := cacheKey(p, header)
	if key != "" {
		if res := r.cache.get(key); res != nil {
			return res, nil
		}
	}
	res, err := r.fetch(ctx, p, header, body)
	if err != nil {
		return nil, err
	}
	if err := checkDocument(p, res); err != nil {
		return nil, err
	}
	out := &response{res.Status, responseHeader(res.Header), res.Body}
	if key != "" && res.Status == http.StatusOK {
		r.cache.put(key, out, res.Header)
	}
	return out, nil
}

// cacheKey returns the key of a request in the script cache, empty if its response must not
// be cached.
func cacheKey(p *pausedRequest, header http.Header) string {
	if p.ResourceType != network.ResourceTypeScript || p.Request.Method != http.MethodGet || header.Get("Authorization") != "" {
		return ""
	}
	return p.url.String() + "\n" + header.Get("Origin")
}

// fetch sends a request to its site if Request.Allow and Config.MaxBytes permit it.
func (r *responder) fetch(ctx context.Context, p *pausedRequest, header http.Header, body []byte) (*fetch.Response, error) {
	if r.req.Allow != nil {
		if err := r.req.Allow(ctx, p.url); err != nil {
			return nil, &refusalError{RefusedRules, err}
		}
	}
	maxBody := r.countRequest(p.url)
	if maxBody <= 0 {
		return nil, &refusalError{RefusedBytes, fmt.Errorf("page already received %d bytes", r.maxBytes)}
	}
	res, err := r.fetcher.Do(ctx, fetch.Request{
		URL: p.url.String(), Method: p.Request.Method, Header: header, Body: body,
		AcceptLanguage: r.req.AcceptLanguage, NoRedirects: true, MaxBody: maxBody,
		TextOnly: p.ResourceType == network.ResourceTypeDocument,
	})
	if err != nil {
		return nil, &refusalError{classifyRefusal(err), err}
	}
	r.countBytes(len(res.Body))
	return res, nil
}

// checkDocument returns an error if a response for a document is a download, or if the
// response for the document of the page is an error of the site.
func checkDocument(p *pausedRequest, res *fetch.Response) error {
	if p.ResourceType != network.ResourceTypeDocument {
		return nil
	}
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(res.Header.Get("Content-Disposition"))), "attachment") {
		return &refusalError{RefusedContent, errors.New("response is a download")}
	}
	if p.document && res.Status >= 400 {
		return &refusalError{RefusedFailed, fmt.Errorf("status %d", res.Status)}
	}
	return nil
}

// countRequest counts a request to u and returns how many bytes its response may have. If there
// are none left, it does not count the request. Responses in flight do not reduce the result,
// so concurrent responses together may exceed Config.MaxBytes.
func (r *responder) countRequest(u *url.URL) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	left := min(r.maxBytes-r.traffic.bytes, fetch.DefaultMaxBody)
	if left > 0 {
		r.traffic.requests++
		r.traffic.hosts[u.Host]++
	}
	return left
}

// countBytes counts the bytes of a received body.
func (r *responder) countBytes(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.traffic.bytes += int64(n)
}

// totals returns the traffic so far.
func (r *responder) totals() traffic {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.traffic
	t.hosts = maps.Clone(t.hosts)
	return t
}

// classifyRefusal returns the Refusal of an error of the Fetcher.
func classifyRefusal(err error) Refusal {
	var e *fetch.Error
	switch {
	case errors.Is(err, netguard.ErrBlocked):
		return RefusedAddress
	case !errors.As(err, &e):
		return RefusedFailed
	case e.Reason == fetch.TooLarge:
		return RefusedBytes
	case e.Reason == fetch.ContentType:
		return RefusedContent
	default:
		return RefusedFailed
	}
}
