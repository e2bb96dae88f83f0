package render

import (
	"context"
	"net/http"
	"net/url"

	cdpfetch "github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
)

// pausedRequest is a request that the browser has paused until one of the methods decides
// on it.
type pausedRequest struct {
	*cdpfetch.EventRequestPaused
	session  session
	url      *url.URL
	document bool // for the document of the page itself
}

// resume lets the browser handle the request itself.
func (p *pausedRequest) resume(ctx context.Context) {
	_ = notify(ctx, p.session, cdpfetch.ContinueRequest, cdpfetch.ContinueRequestParams{RequestID: p.RequestID})
}

// fail fails the request.
func (p *pausedRequest) fail(ctx context.Context) {
	_ = notify(ctx, p.session, cdpfetch.FailRequest, cdpfetch.FailRequestParams{RequestID: p.RequestID, ErrorReason: network.ErrorReasonBlockedByClient})
}

// fulfill answers the request with a response. The browser rejects some responses, for example
// with an invalid status.
func (p *pausedRequest) fulfill(ctx context.Context, res *response) error {
	_, err := call(ctx, p.session, cdpfetch.FulfillRequest, cdpfetch.FulfillRequestParams{
		RequestID: p.RequestID, ResponseCode: int64(res.status), ResponseHeaders: res.header, Body: res.body,
	})
	return err
}

// fulfillEmptyStyleSheet answers the request with an empty style sheet, which any site may
// read.
func (p *pausedRequest) fulfillEmptyStyleSheet(ctx context.Context) {
	_ = notify(ctx, p.session, cdpfetch.FulfillRequest, cdpfetch.FulfillRequestParams{
		RequestID: p.RequestID, ResponseCode: http.StatusOK, ResponseHeaders: []*cdpfetch.HeaderEntry{
			{Name: "Content-Type", Value: "text/css"}, {Name: "Access-Control-Allow-Origin", Value: "*"},
		},
	})
}

// cancelNavigation answers a navigation with 204 (No Content), so that the browser stays on the
// current page.
func (p *pausedRequest) cancelNavigation(ctx context.Context) {
	_ = notify(ctx, p.session, cdpfetch.FulfillRequest, cdpfetch.FulfillRequestParams{RequestID: p.RequestID, ResponseCode: http.StatusNoContent})
}
