package render

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/chromedp/cdproto/network"

	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
)

func testResponder(f Fetcher) *responder {
	return &responder{
		url: &url.URL{Scheme: "http", Host: "good.test", Path: "/"}, fetcher: f, cache: newCache(), maxBytes: 100,
		traffic: traffic{hosts: map[string]int{}},
	}
}

func testPaused(t *testing.T, kind network.ResourceType, at string, document bool) *pausedRequest {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	return &pausedRequest{EventRequestPaused: pausedEvent(kind, http.MethodGet, at), url: u, document: document}
}

func TestTheDocumentOfTheCallerIsNotRequestedAgain(t *testing.T) {
	t.Parallel()
	f := &fakeFetcher{response: fetch.Response{Status: http.StatusOK, Body: []byte("from the site")}}
	r := testResponder(f)
	r.req = Request{Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte("from the caller")}
	for at, want := range map[string]string{"http://good.test/#a": "from the caller", "http://good.test/next": "from the site"} {
		res, err := r.respond(t.Context(), testPaused(t, network.ResourceTypeDocument, at, true))
		if err != nil || string(res.body) != want {
			t.Errorf("%s: %+v, %v, want the body %q", at, res, err, want)
		}
	}
	if len(f.requests) != 1 || !f.requests[0].TextOnly || !f.requests[0].NoRedirects {
		t.Errorf("requests %+v, want one for text, without redirects", f.requests)
	}
}

func TestOnlyScriptsComeFromTheCache(t *testing.T) {
	t.Parallel()
	f := &fakeFetcher{response: fetch.Response{Status: http.StatusOK, Body: []byte("12345")}}
	r := testResponder(f)
	for range 2 {
		for _, kind := range []network.ResourceType{network.ResourceTypeScript, network.ResourceTypeFetch} {
			if _, err := r.respond(t.Context(), testPaused(t, kind, "http://good.test:81/x", false)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := r.totals(); got.requests != 3 || got.bytes != 15 || got.hosts["good.test:81"] != 3 {
		t.Errorf("traffic %+v, want three requests", got)
	}
}

func TestAPageReceivesAtMostMaxBytes(t *testing.T) {
	t.Parallel()
	f := &fakeFetcher{response: fetch.Response{Status: http.StatusOK, Body: make([]byte, 60)}}
	r := testResponder(f)
	var err error
	for range 3 {
		_, err = r.respond(t.Context(), testPaused(t, network.ResourceTypeFetch, "http://good.test/x", false))
	}
	if len(f.requests) != 2 || f.requests[0].MaxBody != 100 || f.requests[1].MaxBody != 40 {
		t.Errorf("requests %+v, want two with 100 and 40 bytes left", f.requests)
	}
	if e := (*refusalError)(nil); !errors.As(err, &e) || e.refusal != RefusedBytes || r.totals().requests != 2 {
		t.Errorf("third request: %v, want it refused", err)
	}
}

func TestResponsesAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	download := http.Header{"Content-Disposition": {" Attachment; filename=x"}}
	for _, c := range []struct {
		name     string
		fetcher  fakeFetcher
		document bool
		want     Refusal
	}{
		{"download", fakeFetcher{response: fetch.Response{Status: 200, Header: download}}, false, RefusedContent},
		{"error page as document", fakeFetcher{response: fetch.Response{Status: 404}}, true, RefusedFailed},
		{"error page in a frame", fakeFetcher{response: fetch.Response{Status: 404}}, false, ""},
		{"redirect", fakeFetcher{response: fetch.Response{Status: 302}}, true, ""},
		{"internal address", fakeFetcher{err: fmt.Errorf("dial: %w", netguard.ErrBlocked)}, true, RefusedAddress},
		{"large response", fakeFetcher{err: &fetch.Error{Reason: fetch.TooLarge}}, true, RefusedBytes},
		{"image as document", fakeFetcher{err: &fetch.Error{Reason: fetch.ContentType}}, true, RefusedContent},
		{"network error", fakeFetcher{err: errors.New("reset")}, true, RefusedFailed},
	} {
		_, err := testResponder(&c.fetcher).respond(t.Context(), testPaused(t, network.ResourceTypeDocument, "http://good.test/", c.document))
		got := Refusal("")
		if e := (*refusalError)(nil); errors.As(err, &e) {
			got = e.refusal
		} else if err != nil {
			t.Errorf("%s: %v is not a refusal", c.name, err)
		}
		if got != c.want {
			t.Errorf("%s: refused as %q, want %q", c.name, got, c.want)
		}
	}
}

func TestForbiddenURLsAreNotRequested(t *testing.T) {
	t.Parallel()
	f := &fakeFetcher{}
	r := testResponder(f)
	r.req.Allow = func(context.Context, *url.URL) error { return errors.New("disallowed by robots.txt") }
	_, err := r.respond(t.Context(), testPaused(t, network.ResourceTypeFetch, "http://good.test/x", false))
	if e := (*refusalError)(nil); !errors.As(err, &e) || e.refusal != RefusedRules || len(f.requests) != 0 {
		t.Errorf("%v after %d requests, want a refusal by the rules", err, len(f.requests))
	}
}
