package crawl

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/scope"
)

// retargetFactor lowers the addresses that are tried for a document that was not
// where its link led.
const retargetFactor = 0.65

// retarget tries other addresses for a promising link that led nowhere: without
// its query, under the folder of the page's canonical address, and under the
// company's other hosts. Pages of a help desk or a blog are often built with the
// main site's footer, whose links are relative and so lead to the wrong host.
func (c *crawl) retarget(it *frontier.Item) {
	if it.Score < promising || it.Retargeted || c.plan.Exhaustive {
		return
	}
	u, err := url.Parse(it.URL)
	if err != nil {
		return
	}
	for _, next := range c.otherPlaces(it, u) {
		raw := next.String()
		key := canonical.DedupKey(raw)
		if !c.seen.Add(key) {
			continue
		}
		c.retake(key)
		n := *it
		n.URL, n.DedupKey, n.Host, n.Attempts, n.Retargeted = raw, key, hostKey(next), 0, true
		n.Score *= retargetFactor
		if ok, reason := c.scope.Admit(next); !ok {
			c.skip(&n, SkipReason(reason))
			continue
		}
		c.push(n)
	}
}

// otherPlaces are the addresses at which a document may be that was not at u,
// the likeliest first.
func (c *crawl) otherPlaces(it *frontier.Item, u *url.URL) []*url.URL {
	var out []*url.URL
	add := func(host, p string) {
		if host == "" || host == u.Host && p == u.Path && u.RawQuery == "" {
			return
		}
		next := *u
		next.Host, next.Path, next.RawPath, next.RawQuery = host, p, "", ""
		out = append(out, &next)
	}
	if parent, err := url.Parse(it.Parent); err == nil {
		if t := c.twins[parent.Host]; t.host != "" && t.dir != "" && path.Dir(u.Path) == pageDir(parent.Path) {
			add(t.host, path.Join(t.dir, path.Base(u.Path)))
		}
		if parent.Host != u.Host {
			add(parent.Host, u.Path)
		}
	}
	add(c.twins[u.Host].host, u.Path)
	if d := scope.RegistrableDomain(u.Hostname()); u.Port() == "" {
		// One of the two answers for the other nearly always: the one that is
		// known to answer is enough.
		bare, www := c.hosts[d], c.hosts["www."+d]
		switch {
		case bare != nil && bare.prepared && bare.name != u.Host:
			add(d, u.Path)
		case www != nil && www.prepared && www.name != u.Host:
			add("www."+d, u.Path)
		default:
			add(d, u.Path)
			add("www."+d, u.Path)
		}
	}
	if u.RawQuery != "" {
		add(u.Host, u.Path)
	}
	return out
}

// twin is the address by which a host's pages call themselves.
type twin struct{ host, dir string }

// pageDir is the folder that a page's relative links are resolved in.
func pageDir(p string) string {
	if strings.HasSuffix(p, "/") {
		return path.Clean(p)
	}
	return path.Dir(path.Clean("/" + p))
}

// noteTwin remembers which host a page says that it belongs to.
func (c *crawl) noteTwin(p *Page) {
	if p.Links == nil || p.Links.Canonical == "" {
		return
	}
	own, err := url.Parse(p.URL)
	if err != nil {
		return
	}
	to, err := url.Parse(p.Links.Canonical)
	if err != nil || !c.scope.ContainsHost(to.Hostname()) || scope.RegistrableDomain(own.Hostname()) != scope.RegistrableDomain(to.Hostname()) {
		return
	}
	t := twin{host: to.Host}
	if dir := pageDir(to.Path); dir != pageDir(own.Path) {
		t.dir = dir
	}
	if t.host == own.Host && t.dir == "" {
		return
	}
	c.twins[own.Host] = t
}

// rebase gives a page's link to its own host as the page's canonical address
// would have it. What is there is there under the canonical host too, but not
// always the other way round.
func (c *crawl) rebase(pageHost, raw string) string {
	t := c.twins[pageHost]
	if t.host == "" || t.host == pageHost || c.plan.Exhaustive {
		return raw
	}
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok || !strings.HasPrefix(rest, pageHost) {
		return raw
	}
	if rest = rest[len(pageHost):]; rest != "" && rest[0] != '/' && rest[0] != '?' {
		return raw
	}
	return scheme + "://" + t.host + rest
}

// moved takes a document that was found elsewhere as a sign that its page's
// other links to the wrong host are there too.
func (c *crawl) moved(it *frontier.Item) {
	parent, err := url.Parse(it.Parent)
	if err != nil || !it.Retargeted {
		return
	}
	wrong := hostKey(parent)
	if wrong == it.Host || slices.Contains(c.relocated, wrong) {
		return
	}
	to, err := url.Parse(it.URL)
	if err != nil {
		return
	}
	c.relocated = append(c.relocated, wrong)
	for _, left := range c.frontier.DropHost(wrong) {
		u, err := url.Parse(left.URL)
		if err != nil || left.Pinned || left.Retargeted || !strings.HasPrefix(left.Parent, parent.Scheme+"://"+parent.Host) {
			c.frontier.Add(left)
			continue
		}
		u.Host = to.Host
		raw := u.String()
		key := canonical.DedupKey(raw)
		c.skip(&left, SkipMoved)
		if !c.seen.Add(key) {
			continue
		}
		c.retake(key)
		left.URL, left.DedupKey, left.Host = raw, key, hostKey(u)
		if ok, reason := c.scope.Admit(u); !ok {
			c.skip(&left, SkipReason(reason))
			continue
		}
		c.push(left)
	}
}
