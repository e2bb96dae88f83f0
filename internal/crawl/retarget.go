package crawl

import (
	"net/url"
	"path"
	"strings"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/scope"
)

// retarget queues other URLs for a missing page whose link suggests a legal document: on the
// company's other hosts, in the folder of the parent's canonical URL, and without the
// query. A help desk or a blog often has the footer of the main site, whose relative links
// lead to the wrong host there.
func (d *discovery) retarget(it *frontier.Item) {
	if it.Score < legalScore || it.Retargeted {
		return
	}
	u, err := url.Parse(it.URL)
	if err != nil {
		return
	}
	for _, next := range d.otherLocations(it, u) {
		raw := next.String()
		key := canonical.DedupKey(raw)
		if !d.ledger.markSeen(key) {
			continue
		}
		n := *it
		n.URL, n.DedupKey, n.Host, n.Attempts, n.Retargeted = raw, key, hostKey(next), 0, true
		n.Score *= retargetFactor
		d.admit(n, next)
	}
}

// otherLocations returns the URLs at which a document that is missing at u may be, the most
// likely first.
func (d *discovery) otherLocations(it *frontier.Item, u *url.URL) []*url.URL {
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
		if at := d.canonical[parent.Host]; at.host != "" && at.folder != "" && path.Dir(u.Path) == folderOf(parent.Path) {
			add(at.host, path.Join(at.folder, path.Base(u.Path)))
		}
		if parent.Host != u.Host {
			add(parent.Host, u.Path)
		}
	}
	add(d.canonical[u.Host].host, u.Path)
	if domain := scope.RegistrableDomain(u.Hostname()); u.Port() == "" {
		// The domain and its www host nearly always serve the same pages, so one that is
		// known to respond is enough.
		www := "www." + domain
		switch {
		case domain != u.Host && d.hosts.serves(domain):
			add(domain, u.Path)
		case www != u.Host && d.hosts.serves(www):
			add(www, u.Path)
		default:
			add(domain, u.Path)
			add(www, u.Path)
		}
	}
	if u.RawQuery != "" {
		add(u.Host, u.Path)
	}
	return out
}

// relocate rewrites the queued links to a host after the page of a retargeted item was
// found on another one: other links from the same parent host are likely to be wrong in the
// same way.
func (d *discovery) relocate(it *frontier.Item) {
	parent, err := url.Parse(it.Parent)
	if err != nil {
		return
	}
	wrong := hostKey(parent)
	if wrong == it.Host || d.relocated[wrong] {
		return
	}
	to, err := url.Parse(it.URL)
	if err != nil {
		return
	}
	d.relocated[wrong] = true
	for _, left := range d.frontier.DropHost(wrong) {
		u, err := url.Parse(left.URL)
		if err != nil || left.Pinned || left.Retargeted || !strings.HasPrefix(left.Parent, parent.Scheme+"://"+parent.Host) {
			d.frontier.Add(left)
			continue
		}
		u.Host = to.Host
		raw := u.String()
		key := canonical.DedupKey(raw)
		d.ledger.skip(&left, SkipMoved)
		if !d.ledger.markSeen(key) {
			continue
		}
		left.URL, left.DedupKey, left.Host = raw, key, hostKey(u)
		d.admit(left, u)
	}
}
