package render

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	cdpfetch "github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"

	"github.com/clausea/crawler/internal/crawl/fetch"
)

// fakeBrowser is a transport to a browser that accepts all commands.
type fakeBrowser struct {
	commands, replies chan *cdproto.Message
}

func (b *fakeBrowser) Read(ctx context.Context, msg *cdproto.Message) error {
	select {
	case reply := <-b.replies:
		*msg = *reply
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *fakeBrowser) Write(_ context.Context, msg *cdproto.Message) error {
	b.commands <- msg
	b.replies <- &cdproto.Message{ID: msg.ID, Result: []byte("{}")}
	return nil
}

func (*fakeBrowser) Close() error { return nil }

// fakeFetcher answers all requests with a response or an error, and counts them.
type fakeFetcher struct {
	response fetch.Response
	err      error
	requests []fetch.Request
}

func (f *fakeFetcher) Do(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	f.requests = append(f.requests, r)
	if f.err != nil {
		return nil, f.err
	}
	res := f.response
	return &res, nil
}

// testInterceptor returns an interceptor for the page http://good.test/ in a fake browser.
func testInterceptor(t *testing.T, f Fetcher) (*interceptor, *fakeBrowser) {
	t.Helper()
	b := &fakeBrowser{commands: make(chan *cdproto.Message, 100), replies: make(chan *cdproto.Message, 100)}
	conn := newConnection(b)
	t.Cleanup(conn.close)
	end := newPageEnd()
	at := &url.URL{Scheme: "http", Host: "good.test", Path: "/"}
	return &interceptor{
		url: at, main: session{conn: conn, id: "page"}, target: "target", maxRequests: 50, responder: testResponder(f),
		settle: newSettleDetector(end, time.Now()), refusals: newRefusalCounter(end), end: end,
		tasks: &taskGroup{onPanic: func(err error) { t.Error(err) }}, slots: make(chan struct{}, maxConcurrentRequests),
	}, b
}

func pausedEvent(kind network.ResourceType, method, at string) *cdpfetch.EventRequestPaused {
	return &cdpfetch.EventRequestPaused{RequestID: "1", ResourceType: kind, FrameID: "frame", Request: &network.Request{
		URL: at, Method: method, Headers: network.Headers{"Accept": "*/*"},
	}}
}

// handle passes a request to the interceptor and returns the command that decides on it, with
// the status of the response.
func handle(t *testing.T, i *interceptor, b *fakeBrowser, ev *cdpfetch.EventRequestPaused) string {
	t.Helper()
	i.handle(t.Context(), i.main, ev)
	i.tasks.wait()
	msg := <-b.commands
	var params struct {
		Status int `json:"responseCode"`
	}
	if err := json.Unmarshal(msg.Params, &params); err != nil {
		t.Fatal(err)
	}
	method := strings.TrimPrefix(string(msg.Method), "Fetch.")
	if params.Status != 0 {
		method += " " + strconv.Itoa(params.Status)
	}
	return method
}

func TestRequestsAreAnsweredOrRefusedByTheirKind(t *testing.T) {
	t.Parallel()
	const good, other, tracker = "http://good.test/x", "http://other.test/x.js", "http://hotjar.com/x.js"
	for _, c := range []struct {
		kind       network.ResourceType
		method, at string
		want       string
		refusal    Refusal
	}{
		{network.ResourceTypeScript, "GET", other, "fulfillRequest 200", ""},
		{network.ResourceTypeScript, "GET", tracker, "failRequest", RefusedTracker},
		{network.ResourceTypeScript, "DELETE", good, "failRequest", RefusedMethod},
		{network.ResourceTypeScript, "GET", "ftp://good.test/x", "failRequest", RefusedScheme},
		{network.ResourceTypeScript, "GET", "data:,x", "continueRequest", ""},
		{network.ResourceTypeStylesheet, "GET", other, "fulfillRequest 200", ""},
		{network.ResourceTypeImage, "GET", good, "failRequest", RefusedKind},
		{network.ResourceTypeFetch, "POST", good, "fulfillRequest 200", ""},
		{network.ResourceTypeFetch, "POST", other, "failRequest", RefusedMethod},
		{network.ResourceTypeFetch, "OPTIONS", other, "fulfillRequest 200", ""},
		{network.ResourceTypeOther, "GET", other, "fulfillRequest 200", ""},
		{network.ResourceTypeOther, "GET", good, "failRequest", RefusedKind},
		{network.ResourceTypeDocument, "GET", other, "fulfillRequest 200", ""},
	} {
		i, b := testInterceptor(t, &fakeFetcher{response: fetch.Response{Status: http.StatusOK}})
		if got := handle(t, i, b, pausedEvent(c.kind, c.method, c.at)); got != c.want {
			t.Errorf("%s %s %s: %s, want %s", c.kind, c.method, c.at, got, c.want)
		}
		if n := i.refusals.counts(); c.refusal == "" && len(n) != 0 || c.refusal != "" && n[c.refusal] != 1 {
			t.Errorf("%s %s %s: refused %v, want %q", c.kind, c.method, c.at, n, c.refusal)
		}
	}
}

func TestFramesAndRequestsAreLimited(t *testing.T) {
	t.Parallel()
	i, b := testInterceptor(t, &fakeFetcher{response: fetch.Response{Status: http.StatusOK}})
	for range maxFrames + 1 {
		handle(t, i, b, pausedEvent(network.ResourceTypeDocument, "GET", "http://other.test/"))
	}
	for range i.maxRequests - maxFrames + 1 {
		handle(t, i, b, pausedEvent(network.ResourceTypeFetch, "GET", "http://good.test/data"))
	}
	if n := i.refusals.counts(); n[RefusedFrame] != 1 || n[RefusedRequests] != 1 || len(n) != 2 {
		t.Errorf("refused %v, want one frame and one request", n)
	}
}

func TestAPageMayReloadButNotMove(t *testing.T) {
	t.Parallel()
	i, b := testInterceptor(t, &fakeFetcher{response: fetch.Response{Status: http.StatusOK, Body: []byte("<p>text")}})
	document := func(method, at string) *cdpfetch.EventRequestPaused {
		ev := pausedEvent(network.ResourceTypeDocument, method, at)
		ev.FrameID = cdp.FrameID(i.target)
		return ev
	}
	for n := range 1 + maxReloads {
		if got := handle(t, i, b, document("GET", "http://good.test/")); got != "fulfillRequest 200" {
			t.Errorf("load %d: %s", n, got)
		}
	}
	if n := i.settle.initialText; n != len("text") {
		t.Errorf("initial text of %d bytes, want %d", n, len("text"))
	}
	if got := handle(t, i, b, document("GET", "http://good.test/#a")); got != "fulfillRequest 204" || i.refusals.counts()[RefusedReload] != 1 {
		t.Errorf("reload after the last permitted one: %s, refused %v", got, i.refusals.counts())
	}
	if got := handle(t, i, b, document("POST", "http://good.test/")); got != "fulfillRequest 204" || i.refusals.counts()[RefusedMethod] != 1 {
		t.Errorf("form: %s, refused %v", got, i.refusals.counts())
	}
	if got := handle(t, i, b, document("GET", "http://good.test/next")); got != "fulfillRequest 204" {
		t.Errorf("navigation: %s", got)
	}
	if r := i.end.reason(t.Context(), ""); r != Moved || i.destination() != "http://good.test/next" {
		t.Errorf("the page ended with %q at %q, want moved", r, i.destination())
	}
}

func TestAFailedDocumentIsRecorded(t *testing.T) {
	t.Parallel()
	i, b := testInterceptor(t, &fakeFetcher{err: errors.New("no route")})
	ev := pausedEvent(network.ResourceTypeDocument, "GET", "http://good.test/")
	ev.FrameID = cdp.FrameID(i.target)
	if got := handle(t, i, b, ev); got != "failRequest" || i.refusals.counts()[RefusedFailed] != 1 {
		t.Errorf("%s, refused %v", got, i.refusals.counts())
	}
	if err := i.documentError(); err == nil || !strings.Contains(err.Error(), "no route") {
		t.Errorf("document failed with %v", err)
	}
}
