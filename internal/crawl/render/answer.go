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

// refused is the error of a request that was not sent, or whose answer is no use.
type refused struct {
	why Refusal
	err error
}

func (r *refused) Error() string { return fmt.Sprintf("%s: %v", r.why, r.err) }
func (r *refused) Unwrap() error { return r.err }

// answer is what the browser is told that the site said.
type answer struct {
	status int
	header []*cdpfetch.HeaderEntry
	body   []byte
}

// get has the answer to a request: the document that is there already, a script
// that another page asked for, or the site's.
func (t *tab) get(ctx context.Context, s session, ev *cdpfetch.EventRequestPaused, u *url.URL) (*answer, error) {
	document := t.isDocument(s, ev)
	if document && t.req.Header != nil && sameDocument(u, t.at) {
		t.noteShell(t.req.Body)
		return &answer{http.StatusOK, responseHeader(t.req.Header), t.req.Body}, nil
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
		if a := t.pool.cache.get(key); a != nil {
			return a, nil
		}
	}
	if t.req.Allow != nil {
		if err := t.req.Allow(ctx, u); err != nil {
			return nil, &refused{RefusedRules, err}
		}
	}
	left := t.left(u)
	if left <= 0 {
		return nil, &refused{RefusedBytes, fmt.Errorf("it has had %d bytes", t.pool.cfg.MaxBytes)}
	}
	res, err := t.pool.cfg.Fetcher.Do(ctx, fetch.Request{
		URL: u.String(), Method: ev.Request.Method, Header: header, Body: body,
		AcceptLanguage: t.req.AcceptLanguage, NoRedirects: true, MaxBody: left,
		TextOnly: ev.ResourceType == network.ResourceTypeDocument,
	})
	if err != nil {
		return nil, &refused{refusalOf(err), err}
	}
	t.mu.Lock()
	t.bytes += int64(len(res.Body))
	t.mu.Unlock()
	if ev.ResourceType == network.ResourceTypeDocument {
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(res.Header.Get("Content-Disposition"))), "attachment") {
			return nil, &refused{RefusedContent, errors.New("it is a download")}
		}
		if document && (res.Status < 300 || res.Status >= 400) {
			if res.Status >= 400 {
				return nil, &refused{RefusedFailed, fmt.Errorf("status %d", res.Status)}
			}
			t.noteShell(res.Body)
		}
	}
	a := &answer{res.Status, responseHeader(res.Header), res.Body}
	if key != "" && res.Status == http.StatusOK {
		t.pool.cache.put(key, a, res.Header)
	}
	return a, nil
}

// left counts a request in, and is how many bytes its answer may have.
func (t *tab) left(u *url.URL) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	left := min(t.pool.cfg.MaxBytes-t.bytes, fetch.DefaultMaxBody)
	if left > 0 {
		t.sent++
		t.hosts[u.Host]++
	}
	return left
}

// noteShell remembers how much text the document had before its scripts ran.
func (t *tab) noteShell(body []byte) {
	n := textOf(body)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.shell = n
}

func refusalOf(err error) Refusal {
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
