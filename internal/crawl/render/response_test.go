package render

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
)

func TestRequestHeaderOmitsHeadersOfTheBrowser(t *testing.T) {
	t.Parallel()
	h, err := requestHeader(network.Headers{
		"Accept": "*/*", "Cookie": "a=b", "X-Api-Key": "k", "Content-Type": "application/json", "Origin": "http://a.test",
		"User-Agent": "x", "Accept-Encoding": "x", "Host": "x", "Connection": "x", "sec-ch-ua": "x", "Sec-Fetch-Mode": "x",
		"Proxy-Authorization": "x", "Content-Length": "1", "If-None-Match": "x", "Upgrade": "x",
	})
	if err != nil || len(h) != 5 {
		t.Errorf("%v, %v", h, err)
	}
	if _, err := requestHeader(network.Headers{"X": strings.Repeat("x", maxRequestHeader)}); err == nil {
		t.Error("the size of the headers is not limited")
	}
}

func TestResponseHeaderOmitsReportingAndPreloading(t *testing.T) {
	t.Parallel()
	all := responseHeader(http.Header{
		"Content-Type": {"text/html"}, "Set-Cookie": {"a=b", "c=d"}, "Access-Control-Allow-Origin": {"*"},
		"Content-Encoding": {"gzip"}, "Content-Length": {"5"}, "Nel": {"{}"}, "Report-To": {"{}"}, "Link": {"</x>; rel=preload"},
		"Alt-Svc": {"h3"}, "Transfer-Encoding": {"chunked"}, "Strict-Transport-Security": {"max-age=1"}, "Critical-Ch": {"x"},
	})
	if len(all) != 4 {
		t.Errorf("%d headers", len(all))
	}
}

func TestScriptsAreCachedIfTheirHeadersPermit(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		"Cache-Control: public, max-age=31536000": true, "Vary: Accept-Encoding": true, "": true,
		"Cache-Control: no-store": false, "Cache-Control: No-Cache": false, "Cache-Control: max-age=0": false,
		"Set-Cookie: a=b": false, "Vary: *": false,
	} {
		c, h := newCache(), http.Header{}
		if name, value, ok := strings.Cut(header, ": "); ok {
			h.Set(name, value)
		}
		c.put("k", &response{status: 200, body: []byte("x")}, h)
		if got := c.get("k") != nil; got != want {
			t.Errorf("%q: cached %v", header, got)
		}
	}
	c := newCache()
	for i := range 40 {
		c.put(strings.Repeat("k", i+1), &response{body: make([]byte, maxScriptBytes)}, http.Header{})
	}
	if c.size > maxCacheBytes || len(c.byKey) != maxCacheBytes/maxScriptBytes || len(c.order) != len(c.byKey) || c.get("k") != nil {
		t.Errorf("%d bytes in %d scripts", c.size, len(c.byKey))
	}
}

func TestTrackersAreRecognizedByTheirDomains(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"www.googletagmanager.com": true, "hotjar.com": true, "static.hotjar.com": true,
		"nothotjar.com": false, "hotjar.com.example.com": false, "": false, "app.termly.io": false,
	} {
		if isTracker(host) != want {
			t.Errorf("isTracker(%q) = %v", host, !want)
		}
	}
}

func TestCountTextIgnoresScripts(t *testing.T) {
	t.Parallel()
	if n := countText([]byte("<title>xx</title><style>a{}</style><script>if (a<b) x</script><noscript>on</noscript><p> one <b>two</b></p>")); n != 6 {
		t.Errorf("%d bytes", n)
	}
}
