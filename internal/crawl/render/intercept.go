package render

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	cdpfetch "github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"

	"github.com/clausea/crawler/internal/crawl/scope"
)

// Limits of the requests of a page, chosen by hand unless noted otherwise.
const (
	maxConcurrentRequests = 6         // as in browsers for a single host
	maxRequestBody        = 256 << 10 // bytes
	maxRequestHeader      = 16 << 10  // bytes
	maxReloads            = 3
	maxFrames             = 20
)

// interceptor decides on the requests of a page, which the browser has paused: it answers
// them through the responder, or refuses them. handle belongs to one goroutine.
type interceptor struct {
	url         *url.URL // of the page
	main        session
	target      target.ID
	maxRequests int
	responder   *responder
	settle      *settleDetector
	refusals    *refusalCounter
	end         *pageEnd
	tasks       *taskGroup
	slots       chan struct{} // limits concurrent requests

	mu        sync.Mutex
	loads     int // navigations to the document
	frames    int // requested documents of frames
	requested int // requests that count towards Config.MaxRequests
	movedTo   string
	docError  error // why the document failed to load
}

// handle decides on a request that the browser has paused. All requests pass through
// here: for the document, from scripts, each hop of a redirect, and the browser's own CORS
// preflight requests.
func (i *interceptor) handle(ctx context.Context, s session, ev *cdpfetch.EventRequestPaused) {
	u, err := url.Parse(ev.Request.URL)
	p := &pausedRequest{EventRequestPaused: ev, session: s, url: u, document: i.isDocument(s, ev)}
	if err == nil && (u.Scheme == "data" || u.Scheme == "blob" || u.Scheme == "about") {
		p.resume(ctx) // needs no network
		return
	}
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		i.refuse(ctx, p, RefusedScheme)
		return
	}
	if p.document {
		i.handleNavigation(ctx, p)
		return
	}
	switch refusal := i.refusalFor(p); {
	case refusal != "":
		i.refuse(ctx, p, refusal)
	case p.ResourceType == network.ResourceTypeStylesheet:
		p.fulfillEmptyStyleSheet(ctx) // style sheets contain no text, but scripts wait for them
	default:
		i.answer(ctx, p)
	}
}

// isDocument reports whether a request is for the document of the page itself.
func (i *interceptor) isDocument(s session, ev *cdpfetch.EventRequestPaused) bool {
	return s == i.main && ev.ResourceType == network.ResourceTypeDocument && string(ev.FrameID) == string(i.target)
}

// handleNavigation decides on a request for the page's document. It answers the first request
// with its redirects, and up to maxReloads reloads. A navigation to a different URL ends the
// page as Moved.
func (i *interceptor) handleNavigation(ctx context.Context, p *pausedRequest) {
	same, hop := sameDocument(p.url, i.url), p.RedirectedRequestID != ""
	loads := i.countLoad(hop)
	switch {
	case p.Request.Method != http.MethodGet:
		i.refusals.record(RefusedMethod)
		p.cancelNavigation(ctx)
	case hop, loads == 1, same && loads <= 1+maxReloads:
		i.answer(ctx, p)
	case same:
		i.refusals.record(RefusedReload)
		p.cancelNavigation(ctx)
	default:
		i.mu.Lock()
		i.movedTo = p.url.String()
		i.mu.Unlock()
		p.cancelNavigation(ctx)
		i.end.set(Moved, nil)
	}
}

// refusalFor returns why a request must be refused, empty if it may be sent.
func (i *interceptor) refusalFor(p *pausedRequest) Refusal {
	method := p.Request.Method
	isRead := method == http.MethodGet || method == http.MethodHead
	switch p.ResourceType {
	case network.ResourceTypeScript, network.ResourceTypeStylesheet:
	case network.ResourceTypeXHR, network.ResourceTypeFetch:
		// Many sites load data by POST (GraphQL), which is permitted within the site.
		// OPTIONS is the CORS preflight of a request to another site.
		isRead = isRead || method == http.MethodOptions || method == http.MethodPost && sameSite(p.url, i.url)
	case network.ResourceTypeDocument:
		if i.countFrame() > maxFrames {
			return RefusedFrame
		}
	case network.ResourceTypeOther:
		// Worker scripts have this type, and so do icons and manifests.
		if accept, _ := p.Request.Headers["Accept"].(string); accept != "*/*" || !strings.HasSuffix(p.url.Path, "js") {
			return RefusedKind
		}
	default:
		return RefusedKind
	}
	switch {
	case !isRead:
		return RefusedMethod
	case isTracker(p.url.Hostname()) && !sameSite(p.url, i.url):
		return RefusedTracker
	}
	return ""
}

// refuse fails a request and counts the refusal.
func (i *interceptor) refuse(ctx context.Context, p *pausedRequest, refusal Refusal) {
	i.refusals.record(refusal)
	p.fail(ctx)
}

// answer answers a request in a new goroutine, or refuses it if the page has made too
// many requests.
func (i *interceptor) answer(ctx context.Context, p *pausedRequest) {
	if i.countRequest() > i.maxRequests {
		i.refuse(ctx, p, RefusedRequests)
		return
	}
	i.settle.requestStarted()
	i.tasks.run(func() {
		defer func() { i.settle.requestDone(time.Now()) }()
		select {
		case i.slots <- struct{}{}:
			defer func() { <-i.slots }()
		case <-ctx.Done():
			return
		}
		if refusal := i.respond(ctx, p); refusal != "" {
			i.refuse(ctx, p, refusal)
		}
	})
}

// respond passes the response to a request on to the browser. If there is none, it returns
// why the request must be refused.
func (i *interceptor) respond(ctx context.Context, p *pausedRequest) Refusal {
	res, err := i.responder.respond(ctx, p)
	if err != nil {
		if p.document {
			i.mu.Lock()
			i.docError = err
			i.mu.Unlock()
		}
		if r := (*refusalError)(nil); errors.As(err, &r) {
			return r.refusal
		}
		return RefusedFailed
	}
	if p.document && res.status < 300 {
		i.settle.recordInitialText(countText(res.body))
	}
	if err := p.fulfill(ctx, res); err != nil {
		return RefusedFailed
	}
	return ""
}

// countLoad counts a navigation, unless it is a hop of a redirect, and returns the total.
func (i *interceptor) countLoad(hop bool) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !hop {
		i.loads++
	}
	return i.loads
}

// countFrame counts a document of a frame and returns the total.
func (i *interceptor) countFrame() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.frames++
	return i.frames
}

// countRequest counts a request towards Config.MaxRequests and returns the total.
func (i *interceptor) countRequest() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.requested++
	return i.requested
}

// documentError returns why the document failed to load, nil if it did not.
func (i *interceptor) documentError() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.docError
}

// destination returns the URL to which the page navigates, empty if it does not.
func (i *interceptor) destination() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.movedTo
}

// sameDocument reports whether two URLs are equal apart from their fragments.
func sameDocument(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && a.Host == b.Host && a.EscapedPath() == b.EscapedPath() && a.RawQuery == b.RawQuery
}

// sameSite reports whether two URLs share a registrable domain.
func sameSite(a, b *url.URL) bool {
	return scope.RegistrableDomain(a.Host) == scope.RegistrableDomain(b.Host)
}
