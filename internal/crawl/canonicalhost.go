package crawl

import (
	"net/url"
	"path"
	"strings"

	"github.com/clausea/crawler/internal/crawl/scope"
)

// canonicalHosts maps a host to the one that its pages name in <link rel=canonical>.
type canonicalHosts map[string]canonicalHost

// canonicalHost is the canonical location of a host's pages.
type canonicalHost struct {
	host   string
	folder string // folder of the canonical URL, if it is not that of the page
}

// record notes the canonical host that a page names, if it is in scope and of the same
// registrable domain.
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

// rewrite moves a link from a page to its own host to the page's canonical host. What a
// host serves, its canonical host serves too, but not always the other way round.
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

// folderOf returns the folder that a page's relative links are resolved in.
func folderOf(p string) string {
	if strings.HasSuffix(p, "/") {
		return path.Clean(p)
	}
	return path.Dir(path.Clean("/" + p))
}
