package crawl

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/charset"
	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/links"
)

// worker sends the requests of a crawl. Its methods run in the goroutines of tasks and
// use no state of the scheduler.
type worker struct {
	fetcher        *fetch.Fetcher
	observer       Observer
	log            logr.Logger
	acceptLanguage string
	languages      languages // of the plan
	cookies        *cookies  // nil: the crawl keeps none

	renderer   Renderer // nil: pages are not rendered
	renderMode RenderMode
	robots     *robotsCache

	tracePage func(ctx context.Context, url string) (context.Context, func(int, SkipReason)) // may be nil
}

// maxLinks bounds the links that are read from one page.
const maxLinks = 2000

// send sends the request of a task and sets r.sentAt.
func (w *worker) send(ctx context.Context, r *taskResult, req fetch.Request) (*fetch.Response, error) {
	if w.cookies != nil {
		req.Jar = w.cookies
	}
	res, err := w.fetcher.Do(ctx, req)
	if r.sentAt = time.Now(); err == nil { // a failed request may have been in flight until now
		r.sentAt, r.setsCookies = res.SentAt, res.SetsCookies
	}
	return res, err
}

// fetchTracedPage is fetchPage in a span.
func (w *worker) fetchTracedPage(ctx context.Context, it frontier.Item, candidate bool, r *taskResult) {
	if w.tracePage == nil {
		w.fetchPage(ctx, it, candidate, r)
		return
	}
	ctx, end := w.tracePage(ctx, it.URL)
	defer func() { end(r.status, r.reason) }()
	w.fetchPage(ctx, it, candidate, r)
}

// fetchPage sends one request for a page and passes the page to the Observer. candidate
// is set if the page may be rendered in RenderAuto mode.
func (w *worker) fetchPage(ctx context.Context, it frontier.Item, candidate bool, r *taskResult) {
	v := w.observer.Validators(ctx, it.URL)
	res, err := w.send(ctx, r, fetch.Request{
		URL: it.URL, ETag: v.ETag, LastModified: v.LastModified, AcceptLanguage: w.acceptLanguage, NoRedirects: true, TextOnly: true,
	})
	if err != nil {
		r.reason, r.cause = fetchReason(err), fetch.Cause(err)
		return
	}
	r.status, r.retryAfter = res.Status, res.RetryAfter
	switch {
	case res.Status == http.StatusNotModified && v == Validators{}:
		r.reason = SkipBadResponse // the request had no validators
		return
	case res.Status == http.StatusNotModified:
	case res.Status >= 300 && res.Status < 400:
		r.location, r.reason = res.Header.Get("Location"), SkipBadRedirect
		return
	case res.Status >= 400:
		r.reason = statusReason(res.Status)
		return
	}
	p := &Page{
		URL: it.URL, FinalURL: it.URL, Status: res.Status, Header: res.Header, Body: res.Body, Redirects: it.RedirectChain,
		NotModified: res.Status == http.StatusNotModified, FetchedAt: res.FetchedAt, Exchange: res.Exchange,
		Depth: it.Depth, Score: it.Score, Anchor: it.Anchor, Path: append(it.DiscoveryPath, it.URL),
		Probed: it.Retargeted && it.Parent == "" && !it.Pinned,
	}
	if r.mentions != nil && !r.mentions(p.Body) {
		r.reason = SkipOutOfScope // a document of a third party
		return
	}
	scanLinks(p)
	if r.location = movedTo(p); r.location != "" {
		r.reason = SkipBadRedirect
		return
	}
	if w.classify(ctx, p, candidate, r); r.location != "" {
		return
	}
	p.Body = nil // the scheduler does not use it
	r.page = p
}

// scanLinks reads the links of an HTML page in one pass.
func scanLinks(p *Page) {
	contentType := p.Header.Get("Content-Type")
	if len(p.Body) == 0 || !isHTML(contentType, p.Body) {
		return
	}
	base, err := url.Parse(p.URL)
	if err != nil {
		return
	}
	resolve := canonical.URLString
	if p.Rendered {
		resolve = canonical.URLWithRoute
	}
	p.Links = links.Scan(charset.ToUTF8(p.Body, contentType), base, maxLinks, resolve)
}

func isHTML(contentType string, body []byte) bool {
	if contentType == "" {
		return strings.Contains(http.DetectContentType(body), "html")
	}
	return strings.Contains(strings.ToLower(contentType), "html")
}

// fetchReason returns the skip reason for an error of a Fetcher.
func fetchReason(err error) SkipReason {
	var fe *fetch.Error
	if errors.As(err, &fe) {
		return SkipReason(fe.Reason)
	}
	return SkipFetchFailed
}

// statusReason returns the skip reason for an error status.
func statusReason(status int) SkipReason {
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusUnavailableForLegalReasons:
		return SkipAccessDenied
	case status == http.StatusTooManyRequests:
		return SkipRateLimited
	case status == http.StatusNotFound || status == http.StatusGone:
		return SkipNotFound
	case status >= 500:
		return SkipServerError
	default:
		return SkipClientError
	}
}

// acceptLanguage returns the Accept-Language header for the preferred languages.
func acceptLanguage(preferred []string) string {
	if len(preferred) == 0 {
		return "en;q=0.9, *;q=0.5"
	}
	return strings.Join(preferred, ", ") + ", *;q=0.3"
}
