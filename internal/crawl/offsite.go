package crawl

import (
	"net/url"
	"strings"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/offsite"
	"github.com/clausea/crawler/internal/crawl/scope"
	"github.com/clausea/crawler/internal/crawl/score"
)

// OffSiteMode says which documents on other domains are fetched.
type OffSiteMode string

// The modes. The zero value is OffSiteLinked.
const (
	// OffSiteNever fetches no page out of scope, except pinned documents.
	OffSiteNever OffSiteMode = "Never"
	// OffSiteLinked fetches a page out of scope if the company's pages link to it as a
	// document of the company. The links of that page are not followed.
	OffSiteLinked OffSiteMode = "Linked"
)

// maxOffSite is the maximum number of documents on other domains that a crawl queues. It was
// chosen by hand; no company of the labelled sites has more than six.
const maxOffSite = 30

// isOutside reports whether the canonical URL of a link is on a host out of scope. page is the
// host of the page with the link.
func (d *discovery) isOutside(raw, page string) bool {
	_, rest, _ := strings.Cut(raw, "://")
	host := rest[:strings.IndexAny(rest+"/", "/?#")]
	return host != page && !d.scope.ContainsHost(host)
}

// followOffSite queues those links of a page to other domains that present documents as the
// company's own. fromDocument means that the page is a legal document.
func (d *discovery) followOffSite(from *frontier.Item, outside []Link, fromDocument bool) {
	judged := make([]offsite.Link, len(outside))
	for i := range outside {
		k := &outside[i]
		u, err := url.Parse(k.URL)
		if err != nil {
			u = &url.URL{}
		}
		judged[i] = offsite.Link{URL: u, Text: k.Text, Region: k.Region, Context: k.Context, FromDocument: fromDocument}
	}
	for i, relation := range d.judge.Relations(judged) {
		k := &outside[i]
		switch {
		case relation == offsite.Own || relation == offsite.Doubtful:
			d.enqueueOffSite(from, k, judged[i].URL, relation)
		case relation == offsite.Cited && k.Region != "" && k.Region != "main":
			d.ledger.skipNamedLink(k, from.URL, SkipOffSite)
		default:
			d.ledger.skipNamedLink(k, from.URL, SkipOutOfScope)
		}
	}
}

// enqueueOffSite queues one document on another domain.
func (d *discovery) enqueueOffSite(from *frontier.Item, k *Link, u *url.URL, relation offsite.Relation) {
	s := score.Of(u, k.Text, k.Region, from.Depth+1)
	it := frontier.Item{
		URL: k.URL, DedupKey: canonical.DedupKey(k.URL), Host: hostKey(u), Depth: from.Depth + 1, Anchor: k.Text, Parent: from.URL,
		Score: s.Value, Topic: s.Topic, NoFollow: true, OffSite: true, MustMention: relation == offsite.Doubtful,
	}
	_, _, it.Family = scope.Locale(u)
	switch {
	case d.plan.OffSite == OffSiteNever || d.ledger.offSite >= maxOffSite:
		d.ledger.skipNamedLink(k, from.URL, SkipOffSite)
	case !scope.MayBeDocument(u):
		d.ledger.skipNamedLink(k, from.URL, SkipFileType)
	case it.Score < legalScore:
		d.ledger.skipNamedLink(k, from.URL, SkipOutOfScope)
	case it.Depth > d.plan.MaxDepth:
		d.ledger.skipNamedLink(k, from.URL, SkipDepth)
	case d.ledger.markSeen(it.DedupKey):
		d.ledger.countOffSite()
		d.push(it)
	}
}
