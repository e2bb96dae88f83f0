package render

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

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

// respond returns the response to a request: the document of the Request, a script from the
// cache, or else the response of the site. An error that refuses the request is a
// *refusalError.
func (t *tab) respond(ctx context.Context, s session, ev *cdpfetch.EventRequestPaused, u *url.URL) (*response, error) {
	document := t.isDocument(s, ev)
	if document && t.req.Header != nil && sameDocument(u, t.url) {
		t.recordInitialText(t.req.Body)
		return &response{http.StatusOK, responseHeader(t.req.Header), t.req.Body}, nil
	}
	header, err := requestHeader(ev.Request.Headers)
	if err != nil {
		return nil, err
	}
	body, err := requestBody(ev.Request)
	if err != nil {
		return nil, err
	}
	key := ""
	if ev.ResourceType == network.ResourceTypeScript && ev.Request.Method == http.MethodGet && header.Get("Authorization") == "" {
		key = u.String() + "\n" + header.Get("Origin")
		if res := t.pool.cache.get(key); res != nil {
			return res, nil
		}
	}
	if t.req.Allow != nil {
		if err := t.req.Allow(ctx, u); err != nil {
			return nil, &refusalError{RefusedRules, err}
		}
	}
	maxBody := t.countRequest(u)
	if maxBody <= 0 {
		return nil, &refusalError{RefusedBytes, fmt.Errorf("page already received %d bytes", t.pool.cfg.MaxBytes)}
	}
	res, err := t.pool.cfg.Fetcher.Do(ctx, fetch.Request{
		URL: u.String(), Method: ev.Request.Method, Header: header, Body: body,
		AcceptLanguage: t.req.AcceptLanguage, NoRedirects: true, MaxBody: maxBody,
		TextOnly: ev.ResourceType == network.ResourceTypeDocument,
	})
	if err != nil {
		return nil, &refusalError{classifyRefusal(err), err}
	}
	t.mu.Lock()
	t.bytes += int64(len(res.Body))
	t.mu.Unlock()
	if ev.ResourceType == network.ResourceTypeDocument {
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(res.Header.Get("Content-Disposition"))), "attachment") {
			return nil, &refusalError{RefusedContent, errors.New("response is a download")}
		}
		if document && (res.Status < 300 || res.Status >= 400) {
			if res.Status >= 400 {
				return nil, &refusalError{RefusedFailed, fmt.Errorf("status %d", res.Status)}
			}
			t.recordInitialText(res.Body)
		}
	}
	out := &response{res.Status, responseHeader(res.Header), res.Body}
	if key != "" && res.Status == http.StatusOK {
		t.pool.cache.put(key, out, res.Header)
	}
	return out, nil
}

// countRequest counts a request to u and returns how many bytes its response may have. If there
// are none left, it does not count the request. Responses in flight do not reduce the result,
// so concurrent responses together may exceed Config.MaxBytes.
func (t *tab) countRequest(u *url.URL) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	left := min(t.pool.cfg.MaxBytes-t.bytes, fetch.DefaultMaxBody)
	if left > 0 {
		t.sentRequests++
		t.hosts[u.Host]++
	}
	return left
}

// recordInitialText records the length of the document's text before its scripts run.
func (t *tab) recordInitialText(body []byte) {
	n := countText(body)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.initialText = n
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
