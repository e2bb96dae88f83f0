package crawl

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"sync"

	"golang.org/x/net/publicsuffix"

	"github.com/clausea/crawler/internal/crawl/scope"
)

// Limits on the cookies of a crawl. A browser keeps about 180 for a site; the others were
// chosen by hand.
const (
	maxCookieSites     = 200  // registrable domains with cookies
	maxSiteCookies     = 50   // cookies that a site sets
	maxCookieBytes     = 4096 // of a name and a value
	maxResponseCookies = 20   // cookies of one response
)

// cookies holds the cookies of one crawl in memory, for the site that set them only. Some sites
// redirect a page to itself until the client returns a cookie. It is safe for concurrent use.
type cookies struct {
	jar *cookiejar.Jar

	mu    sync.Mutex
	names map[string]map[string]bool // of the cookies that were set, by site
}

func newCookies() *cookies {
	jar, _ := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List}) // it never fails
	return &cookies{jar: jar, names: map[string]map[string]bool{}}
}

// Cookies implements http.CookieJar.
func (c *cookies) Cookies(u *url.URL) []*http.Cookie { return c.jar.Cookies(u) }

// SetCookies implements http.CookieJar. It ignores cookies beyond the limits.
func (c *cookies) SetCookies(u *url.URL, received []*http.Cookie) {
	site := scope.RegistrableDomain(u.Hostname())
	c.mu.Lock()
	defer c.mu.Unlock()
	names := c.names[site]
	if names == nil {
		if len(c.names) >= maxCookieSites {
			return
		}
		names = map[string]bool{}
		c.names[site] = names
	}
	var accepted []*http.Cookie
	for _, k := range received[:min(len(received), maxResponseCookies)] {
		key := k.Name + ";" + k.Domain + ";" + k.Path
		if len(k.Name)+len(k.Value) > maxCookieBytes || !names[key] && len(names) >= maxSiteCookies {
			continue
		}
		names[key] = true
		accepted = append(accepted, k)
	}
	c.jar.SetCookies(u, accepted)
}
