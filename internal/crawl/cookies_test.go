package crawl

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestCookiesAreBoundedAndStayWithinTheirSite(t *testing.T) {
	t.Parallel()
	c := newCookies()
	at := &url.URL{Scheme: "https", Host: "www.example.com", Path: "/"}
	for i := range 10 {
		var received []*http.Cookie
		for j := range 30 {
			received = append(received, &http.Cookie{Name: fmt.Sprintf("c%d-%d", i, j), Value: "v", Path: "/"})
		}
		c.SetCookies(at, received)
	}
	c.SetCookies(at, []*http.Cookie{{Name: "long", Value: strings.Repeat("x", maxCookieBytes)}, {Name: "other", Value: "v", Domain: "example.org"}})
	if n := len(c.Cookies(at)); n != maxSiteCookies {
		t.Errorf("the site has %d cookies, want %d", n, maxSiteCookies)
	}
	if got := c.Cookies(&url.URL{Scheme: "https", Host: "example.org", Path: "/"}); len(got) != 0 {
		t.Errorf("another site gets %v", got)
	}
	for i := range 2 * maxCookieSites {
		c.SetCookies(&url.URL{Scheme: "https", Host: fmt.Sprintf("site%d.com", i), Path: "/"}, []*http.Cookie{{Name: "a", Value: "b"}})
	}
	if len(c.names) != maxCookieSites {
		t.Errorf("%d sites have cookies", len(c.names))
	}
}
