package crawl

import (
	"net/url"
	"strings"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/score"
)

// wellKnownPath is a path to probe if no link led to a document of an expected type.
type wellKnownPath struct {
	path     string
	typ      string // of document; empty for a page that may link to any
	language string // of the site; empty is any
}

// wellKnownPaths in the order in which they are probed: pages that link to documents
// first, then the most frequent paths of each type. Of 3,770 publicly tracked companies
// 840 have their privacy policy at /privacy-policy and 803 at /privacy, 530 their terms
// at /terms, 210 at /terms-of-use, 166 at /terms-of-service, 144 at
// /terms-and-conditions.
var wellKnownPaths = []wellKnownPath{
	{"/legal", "", ""}, {"/policies", "", ""},
	{"/privacy-policy", "privacy_policy", ""}, {"/privacy", "privacy_policy", ""}, {"/legal/privacy", "privacy_policy", ""},
	{"/datenschutz", "privacy_policy", "de"}, {"/politique-de-confidentialite", "privacy_policy", "fr"}, {"/privacidad", "privacy_policy", "es"},
	{"/terms", "terms_of_service", ""}, {"/terms-of-use", "terms_of_service", ""}, {"/terms-of-service", "terms_of_service", ""},
	{"/terms-and-conditions", "terms_of_service", ""}, {"/legal/terms", "terms_of_service", ""}, {"/tos", "terms_of_service", ""},
	{"/agb", "terms_of_service", "de"}, {"/cgu", "terms_of_service", "fr"}, {"/regulamin", "terms_of_service", "pl"},
	{"/cookie-policy", "cookie_policy", ""}, {"/cookies", "cookie_policy", ""},
	{"/dmca", "copyright_policy", ""}, {"/refund-policy", "refund_policy", ""},
	{"/impressum", "imprint", "de"}, {"/mentions-legales", "imprint", "fr"}, {"/aviso-legal", "imprint", "es"},
}

// probe queues the next well-known path whose type is still missing, on the host of
// every seed. It reports whether it queued any. It probes one path at a time, because a
// document that it finds makes other probes unnecessary.
func (d *discovery) probe() bool {
	for d.probes < len(wellKnownPaths) {
		next := wellKnownPaths[d.probes]
		d.probes++
		if next.language != "" && next.language != d.languages.site || !d.ledger.lacks(d.plan.ExpectedTypes, next.typ) {
			continue
		}
		before := d.frontier.Queued()
		for _, s := range d.plan.Seeds {
			if !s.Pinned {
				d.probePath(s.URL, next.path)
			}
		}
		if d.frontier.Queued() > before {
			return true
		}
	}
	return false
}

// probePath queues a path on the host of a seed. The item has no parent, because no page
// links to it, and is not retargeted if it is missing.
func (d *discovery) probePath(seed, path string) {
	raw := originOf(seed) + path
	u, err := url.Parse(raw)
	if err != nil {
		return
	}
	key := canonical.DedupKey(raw)
	if !d.ledger.markSeen(key) {
		return
	}
	s := score.Of(u, strings.Trim(path, "/"), "", 1)
	d.admit(frontier.Item{URL: raw, DedupKey: key, Host: hostKey(u), Depth: 1, Score: s.Value, Topic: s.Topic, Retargeted: true}, u)
}
