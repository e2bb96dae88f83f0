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

// Bounds of one request of a page.
const (
	maxAtOnce    = 6 // as browsers have it for one host
	maxSend      = 256 << 10
	maxSendBytes = 16 << 10 // of headers
	maxReloads   = 3
	maxFrames    = 20
)

// paused decides on a request that the browser holds. All of them come here: the
// document's, those of scripts, every hop of a redirect, and the questions that
// the browser itself puts before requests to other sites (CORS).
func (t *tab) paused(ctx context.Context, s session, ev *cdpfetch.EventRequestPaused) {
	u, err := url.Parse(ev.Request.URL)
	if err == nil && (u.Scheme == "data" || u.Scheme == "blob" || u.Scheme == "about") {
		_ = tell(ctx, s, cdpfetch.ContinueRequest, cdpfetch.ContinueRequestParams{RequestID: ev.RequestID}) // no network
		return
	}
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		t.block(ctx, s, ev, RefusedScheme)
		return
	}
	if t.isDocument(s, ev) {
		t.navigate(ctx, s, ev, u)
		return
	}
	switch why := t.unwanted(ev, u); {
	case why != "":
		t.block(ctx, s, ev, why)
	case ev.ResourceType == network.ResourceTypeStylesheet:
		// Styles are no text, but scripts wait for them.
		_ = tell(ctx, s, cdpfetch.FulfillRequest, cdpfetch.FulfillRequestParams{
			RequestID: ev.RequestID, ResponseCode: http.StatusOK, ResponseHeaders: []*cdpfetch.HeaderEntry{
				{Name: "Content-Type", Value: "text/css"}, {Name: "Access-Control-Allow-Origin", Value: "*"},
			},
		})
	default:
		t.send(ctx, s, ev, u)
	}
}

// isDocument says whether a request is for the document of the page itself.
func (t *tab) isDocument(s session, ev *cdpfetch.EventRequestPaused) bool {
	return s == t.main && ev.ResourceType == network.ResourceTypeDocument && string(ev.FrameID) == string(t.target)
}

// navigate decides on a request for the page's document: the first is answered,
// others say that the page leads elsewhere.
func (t *tab) navigate(ctx context.Context, s session, ev *cdpfetch.EventRequestPaused, u *url.URL) {
	same, hop := sameDocument(u, t.at), ev.RedirectedRequestID != ""
	t.mu.Lock()
	if !hop {
		t.loads++
	}
	loads := t.loads
	t.mu.Unlock()
	switch {
	case ev.Request.Method != http.MethodGet:
		t.refuse(RefusedMethod)
		t.stay(ctx, s, ev)
	case hop, loads == 1, same && loads <= 1+maxReloads:
		t.send(ctx, s, ev, u)
	case same:
		t.refuse(RefusedReload)
		t.stay(ctx, s, ev)
	default:
		t.mu.Lock()
		t.movedTo = u.String()
		t.mu.Unlock()
		t.stay(ctx, s, ev)
		t.finish(Moved, nil)
	}
}

// sameDocument compares addresses without their fragments.
func sameDocument(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && a.Host == b.Host && a.EscapedPath() == b.EscapedPath() && a.RawQuery == b.RawQuery
}

// sameSite says whether two addresses are of one registrable domain.
func sameSite(a, b *url.URL) bool {
	return scope.RegistrableDomain(a.Host) == scope.RegistrableDomain(b.Host)
}

// stay answers a navigation so that the browser keeps the page that it has.
func (t *tab) stay(ctx context.Context, s session, ev *cdpfetch.EventRequestPaused) {
	_ = tell(ctx, s, cdpfetch.FulfillRequest, cdpfetch.FulfillRequestParams{RequestID: ev.RequestID, ResponseCode: http.StatusNoContent})
}

// unwanted says why a request is not sent whatever is at its address.
func (t *tab) unwanted(ev *cdpfetch.EventRequestPaused, u *url.URL) Refusal {
	method := ev.Request.Method
	read := method == http.MethodGet || method == http.MethodHead
	switch ev.ResourceType {
	case network.ResourceTypeScript, network.ResourceTypeStylesheet:
	case network.ResourceTypeXHR, network.ResourceTypeFetch:
		// Many sites' data is asked for by POST (GraphQL); only the site itself is.
		// OPTIONS is the browser's question before a request to another site.
		read = read || method == http.MethodOptions || method == http.MethodPost && sameSite(u, t.at)
	case network.ResourceTypeDocument:
		t.mu.Lock()
		t.frames++
		full := t.frames > maxFrames
		t.mu.Unlock()
		if full {
			return RefusedFrame
		}
	case network.ResourceTypeOther:
		// A worker's script, among icons and manifests.
		if accept, _ := ev.Request.Headers["Accept"].(string); accept != "*/*" || !strings.HasSuffix(u.Path, "js") {
			return RefusedKind
		}
	default:
		return RefusedKind
	}
	switch {
	case !read:
		return RefusedMethod
	case tracker(u.Hostname()) && !sameSite(u, t.at):
		return RefusedTracker
	}
	return ""
}

// block fails a request.
func (t *tab) block(ctx context.Context, s session, ev *cdpfetch.EventRequestPaused, why Refusal) {
	t.refuse(why)
	t.failRequest(ctx, s, ev)
}

func (t *tab) failRequest(ctx context.Context, s session, ev *cdpfetch.EventRequestPaused) {
	_ = tell(ctx, s, cdpfetch.FailRequest, cdpfetch.FailRequestParams{RequestID: ev.RequestID, ErrorReason: network.ErrorReasonBlockedByClient})
}

// send answers a request in a goroutine of its own, if the page has any left.
func (t *tab) send(ctx context.Context, s session, ev *cdpfetch.EventRequestPaused, u *url.URL) {
	t.mu.Lock()
	t.asked++
	over := t.asked > t.pool.cfg.MaxRequests
	if !over {
		t.flying++
	}
	t.mu.Unlock()
	if over {
		t.block(ctx, s, ev, RefusedRequests)
		return
	}
	t.spawn(func() {
		defer t.landed()
		select {
		case t.sending <- struct{}{}:
			defer func() { <-t.sending }()
		case <-ctx.Done():
			return
		}
		res, err := t.get(ctx, s, ev, u)
		if err != nil {
			why := RefusedFailed
			if r := (*refused)(nil); errors.As(err, &r) {
				why = r.why
			}
			if t.isDocument(s, ev) {
				t.mu.Lock()
				t.docError = err
				t.mu.Unlock()
			}
			t.block(ctx, s, ev, why)
			return
		}
		// The browser refuses what it takes for no answer, such as an odd status.
		if _, err := call(ctx, s, cdpfetch.FulfillRequest, cdpfetch.FulfillRequestParams{
			RequestID: ev.RequestID, ResponseCode: int64(res.status), ResponseHeaders: res.header, Body: res.body,
		}); err != nil {
			t.block(ctx, s, ev, RefusedFailed)
		}
	})
}

func (t *tab) landed() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flying--
	t.active = time.Now()
}
