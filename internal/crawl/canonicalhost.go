package crawl

import (
	"net/url"
	"path"
	"strings"

	"github.com/clausea/crawler/internal/crawl/scope"
)

// canonicalHosts maps each host to its canonical host, which its pages name in
// <link rel=canonical>.
type canonicalHosts map[string]canonicalHost

// canonicalHost is the canonical location of a host's pages.
type canonicalHost struct {
	host   string
	folder string // folder of the canonical URL, if the page is in another one
}

// record records the canonical host that a page names, if that is in scope and has the
// registrable domain of the page.
func (c canonicalHosts) record(p *Page, sc *scope.Scope) {
	if p.Links == nil || p.Links.Canonical == "" {
		return
	}
	own, err := url.Parse(p.URL)
	if err != nil {
		return
	}
	to, err := url.Parse(p.Links.Canonical)
	if err != nil || !sc.ContainsHost(to.Hostname()) || scope.RegistrableDomain(own.Hostname()) != scope.RegistrableDomain(to.Hostname()) {
		return
	}
	at := canonicalHost{host: to.Host}
	if folder := folderOf(to.Path); folder != folderOf(own.Path) {
		at.folder = folder
	}
	if at.host == own.Host && at.folder == "" {
		return
	}
	c[own.Host] = at
}

// rewrite replaces the host of a link with its canonical host, if the link is to the host
// of the page itself. A canonical host serves the pages of the host, but the host may not
// serve all pages of its canonical host.
func (c canonicalHosts) rewrite(pageHost, raw string) string {
	at := c[pageHost]
	if at.host == "" || at.host == pageHost {
		return raw
	}
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok || !strings.HasPrefix(rest, pageHost) {
		return raw
	}
	if rest = rest[len(pageHost):]; rest != "" && rest[0] != '/' && rest[0] != '?' {
		return raw
	}
	return scheme + "://" + at.host + rest
}

// folderOf returns the folder that the relative links of a page refer to.
func folderOf(p string) string {
	if strings.HasSuffix(p, "/") {
		return path.Clean(p)
	}
	return path.Dir(path.Clean("/" + p))
}
