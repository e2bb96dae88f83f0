package crawl

import (
	"net/url"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/scope"
)

// retargetFactor lowers the addresses that are tried for a document that was not
// where its link led.
const retargetFactor = 0.8

// retarget tries other addresses for a promising link that led nowhere: without
// its query, and under the company's other hosts. Pages of a help desk or a blog
// are often built with the main site's footer, whose links are relative and so
// lead to the wrong host; the page's own canonical link names the right one.
func (c *crawl) retarget(it *frontier.Item) {
	if it.Score < promising || it.Retargeted || c.plan.Exhaustive {
		return
	}
	u, err := url.Parse(it.URL)
	if err != nil {
		return
	}
	hosts := []string{c.twins[u.Host]}
	if d := scope.Registrable(u.Hostname()); u.Port() == "" {
		hosts = append(hosts, d, "www."+d)
	}
	if u.RawQuery != "" {
		hosts = append(hosts, u.Host)
	}
	for _, h := range hosts {
		if h == "" || h == u.Host && u.RawQuery == "" {
			continue
		}
		next := *u
		next.Host = h
		next.RawQuery = ""
		raw := next.String()
		key := canonical.Key(raw)
		if !c.seen.Add(key) || !c.inScope(&next) {
			continue
		}
		n := *it
		n.URL, n.Key, n.Host, n.Attempts, n.Retargeted = raw, key, hostKey(&next), 0, true
		n.Score *= retargetFactor
		c.push(n)
	}
}

// twin remembers which host a page says that it belongs to.
func (c *crawl) twin(p *Page) {
	if p.Links == nil || p.Links.Canonical == "" {
		return
	}
	own, err := url.Parse(p.URL)
	if err != nil {
		return
	}
	to, err := url.Parse(p.Links.Canonical)
	if err != nil || to.Host == own.Host || !c.scope.HostInScope(to.Hostname()) {
		return
	}
	c.twins[own.Host] = to.Host
}
