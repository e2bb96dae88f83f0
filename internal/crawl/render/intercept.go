package render

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	cdpfetch "github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"

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

// handleRequest decides on a request that the browser has paused. All requests pass through
// here: for the document, from scripts, each hop of a redirect, and the browser's own CORS
// preflight requests.
func (t *tab) handleRequest(ctx context.Context, s session, ev *cdpfetch.EventRequestPaused) {
	u, err := url.Parse(ev.Request.URL)
	if err == nil && (u.Scheme == "data" || u.Scheme == "blob" || u.Scheme == "about") {
		_ = notify(ctx, s, cdpfetch.ContinueRequest, cdpfetch.ContinueRequestParams{RequestID: ev.RequestID}) // needs no network
		return
	}
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		t.refuseRequest(ctx, s, ev, RefusedScheme)
		return
	}
	if t.isDocument(s, ev) {
		t.handleNavigation(ctx, s, ev, u)
		return
	}
	switch refusal := t.refusalFor(ev, u); {
	case refusal != "":
		t.refuseRequest(ctx, s, ev, refusal)
	case ev.ResourceType == network.ResourceTypeStylesheet:
		// Style sheets contain no text, but scripts wait for them.
		_ = notify(ctx, s, cdpfetch.FulfillRequest, cdpfetch.FulfillRequestParams{
			RequestID: ev.RequestID, ResponseCode: http.StatusOK, ResponseHeaders: []*cdpfetch.HeaderEntry{
				{Name: "Content-Type", Value: "text/css"}, {Name: "Access-Control-Allow-Origin", Value: "*"},
			},
		})
	default:
		t.answerRequest(ctx, s, ev, u)
	}
}

// isDocument reports whether a request is for the document of the page itself.
func (t *tab) isDocument(s session, ev *cdpfetch.EventRequestPaused) bool {
	return s == t.main && ev.ResourceType == network.ResourceTypeDocument && string(ev.FrameID) == string(t.target)
}

// handleNavigation decides on a request for the page's document. It answers the first request
// with its redirects, and up to maxReloads reloads. A navigation to a different URL ends the
// page as Moved.
func (t *tab) handleNavigation(ctx context.Context, s session, ev *cdpfetch.EventRequestPaused, u *url.URL) {
	same, hop := sameDocument(u, t.url), ev.RedirectedRequestID != ""
	t.mu.Lock()
	if !hop {
		t.loads++
	}
	loads := t.loads
	t.mu.Unlock()
	switch {
	case ev.Request.Method != http.MethodGet:
		t.recordRefusal(RefusedMethod)
		t.cancelNavigation(ctx, s, ev)
	case hop, loads == 1, same && loads <= 1+maxReloads:
		t.answerRequest(ctx, s, ev, u)
	case same:
		t.recordRefusal(RefusedReload)
		t.cancelNavigation(ctx, s, ev)
	default:
		t.mu.Lock()
		t.movedTo = u.String()
		t.mu.Unlock()
		t.cancelNavigation(ctx, s, ev)
		t.finish(Moved, nil)
	}
}

// sameDocument reports whether two URLs are equal apart from their fragments.
func sameDocument(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && a.Host == b.Host && a.EscapedPath() == b.EscapedPath() && a.RawQuery == b.RawQuery
}

// sameSite reports whether two URLs share a registrable domain.
func sameSite(a, b *url.URL) bool {
	return scope.RegistrableDomain(a.Host) == scope.RegistrableDomain(b.Host)
}

// cancelNavigation answers a navigation with 204 (No Content), so that the browser stays on the
// current page.
func (t *tab) cancelNavigation(ctx context.Context, s session, ev *cdpfetch.EventRequestPaused) {
	_ = notify(ctx, s, cdpfetch.FulfillRequest, cdpfetch.FulfillRequestParams{RequestID: ev.RequestID, ResponseCode: http.StatusNoContent})
}

// refusalFor returns why a request must be refused, empty if it may be sent.
func (t *tab) refusalFor(ev *cdpfetch.EventRequestPaused, u *url.URL) Refusal {
	method := ev.Request.Method
	isRead := method == http.MethodGet || method == http.MethodHead
	switch ev.ResourceType {
	case network.ResourceTypeScript, network.ResourceTypeStylesheet:
	case network.ResourceTypeXHR, network.ResourceTypeFetch:
		// Many sites load data by POST (GraphQL), which is permitted within the site.
		// OPTIONS is the CORS preflight of a request to another site.
		isRead = isRead || method == http.MethodOptions || method == http.MethodPost && sameSite(u, t.url)
	case network.ResourceTypeDocument:
		t.mu.Lock()
		t.frames++
		tooMany := t.frames > maxFrames
		t.mu.Unlock()
		if tooMany {
			return RefusedFrame
		}
	case network.ResourceTypeOther:
		// Worker scripts have this type, and so do icons and manifests.
		if accept, _ := ev.Request.Headers["Accept"].(string); accept != "*/*" || !strings.HasSuffix(u.Path, "js") {
			return RefusedKind
		}
	default:
		return RefusedKind
	}
	switch {
	case !isRead:
		return RefusedMethod
	case isTracker(u.Hostname()) && !sameSite(u, t.url):
		return RefusedTracker
	}
	return ""
}

// refuseRequest fails a request and counts the refusal.
func (t *tab) refuseRequest(ctx context.Context, s session, ev *cdpfetch.EventRequestPaused, refusal Refusal) {
	t.recordRefusal(refusal)
	t.failRequest(ctx, s, ev)
}

// failRequest fails a request.
func (t *tab) failRequest(ctx context.Context, s session, ev *cdpfetch.EventRequestPaused) {
	_ = notify(ctx, s, cdpfetch.FailRequest, cdpfetch.FailRequestParams{RequestID: ev.RequestID, ErrorReason: network.ErrorReasonBlockedByClient})
}

// answerRequest answers a request in a new goroutine, or refuses it if the page has made too
// many requests.
func (t *tab) answerRequest(ctx context.Context, s session, ev *cdpfetch.EventRequestPaused, u *url.URL) {
	t.mu.Lock()
	t.requested++
	over := t.requested > t.pool.cfg.MaxRequests
	if !over {
		t.pendingRequests++
	}
	t.mu.Unlock()
	if over {
		t.refuseRequest(ctx, s, ev, RefusedRequests)
		return
	}
	t.spawn(func() {
		defer t.requestDone()
		select {
		case t.requestSlots <- struct{}{}:
			defer func() { <-t.requestSlots }()
		case <-ctx.Done():
			return
		}
		res, err := t.respond(ctx, s, ev, u)
		if err != nil {
			refusal := RefusedFailed
			if r := (*refusalError)(nil); errors.As(err, &r) {
				refusal = r.refusal
			}
			if t.isDocument(s, ev) {
				t.mu.Lock()
				t.docError = err
				t.mu.Unlock()
			}
			t.refuseRequest(ctx, s, ev, refusal)
			return
		}
		// The browser rejects some responses, for example with an invalid status.
		if _, err := call(ctx, s, cdpfetch.FulfillRequest, cdpfetch.FulfillRequestParams{
			RequestID: ev.RequestID, ResponseCode: int64(res.status), ResponseHeaders: res.header, Body: res.body,
		}); err != nil {
			t.refuseRequest(ctx, s, ev, RefusedFailed)
		}
	})
}

// requestDone records that a request was answered.
func (t *tab) requestDone() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pendingRequests--
	t.lastActivity = time.Now()
}
