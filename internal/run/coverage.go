package run

import (
	"cmp"
	"net/url"
	"slices"
	"sync"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/score"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/store"
)

// topicTypes are the types of document that links of a topic promise.
var topicTypes = map[string][]string{
	"privacy": {doctype.PrivacyPolicy}, "terms": {doctype.TermsOfService, doctype.ConditionsSale, doctype.Commercial},
	"cookies": {doctype.CookiePolicy}, "dpa": {doctype.DPA}, "subprocessors": {doctype.Subprocessors},
	"acceptable-use": {doctype.AcceptableUse}, "community": {doctype.Community}, "copyright": {doctype.Copyright},
	"imprint": {doctype.Imprint}, "security": {doctype.Security}, "sla": {doctype.SLA}, "children": {doctype.Children},
	"regional": {doctype.RegionalPrivacy}, "accessibility": {doctype.Accessibility}, "developer": {doctype.Developer},
	"commercial": {doctype.Commercial, doctype.Sellers, doctype.Advertising, doctype.Monetisation},
	"refund":     {doctype.Refund, doctype.ConditionsSale}, "eula": {doctype.EULA}, "law-enforcement": {doctype.LawEnforcement},
	"brand": {doctype.Brand}, "ai": {doctype.AITerms},
	"p2b": {doctype.P2B, doctype.Ranking, doctype.Complaints, doctype.HumanRights},
}

// hub is the topic of pages that lead to documents of any type.
const hub = "legal"

// blame is the coverage's reason for a skip reason; the others say nothing about
// where a document is.
var blame = map[crawl.SkipReason]v1alpha1.MissingReason{
	crawl.SkipRobots:            v1alpha1.MissingRobots,
	crawl.SkipAccessDenied:      v1alpha1.MissingAccessDenied,
	crawl.SkipRateLimited:       v1alpha1.MissingAccessDenied,
	crawl.SkipRobotsUnreachable: v1alpha1.MissingUnreachable,
	crawl.SkipRetryLater:        v1alpha1.MissingUnreachable,
	crawl.SkipHostBusy:          v1alpha1.MissingUnreachable,
	crawl.SkipHostDown:          v1alpha1.MissingUnreachable,
	crawl.SkipServerError:       v1alpha1.MissingUnreachable,
	crawl.SkipTimeout:           v1alpha1.MissingUnreachable,
	crawl.SkipConnect:           v1alpha1.MissingUnreachable,
	crawl.SkipTLS:               v1alpha1.MissingUnreachable,
	crawl.SkipDNS:               v1alpha1.MissingUnreachable,
	crawl.SkipBadResponse:       v1alpha1.MissingUnreachable,
	crawl.SkipTooLarge:          v1alpha1.MissingUnreachable,
	crawl.SkipBlockedAddress:    v1alpha1.MissingUnreachable,
	crawl.SkipRedirectLoop:      v1alpha1.MissingUnreachable,
	crawl.SkipTooManyRedirects:  v1alpha1.MissingUnreachable,
	crawl.SkipBadRedirect:       v1alpha1.MissingUnreachable,
	crawl.SkipContentType:       v1alpha1.MissingUnsure, // it is there, and not in a form that is read
	crawl.SkipDepth:             v1alpha1.MissingUnsure,
	crawl.SkipQueueFull:         v1alpha1.MissingUnsure,
	crawl.SkipSoftError:         v1alpha1.MissingUnsure,
	crawl.SkipUnreadable:        v1alpha1.MissingUnsure,
	crawl.SkipNeedsBrowser:      v1alpha1.MissingUnsure,
	crawl.SkipNotRendered:       v1alpha1.MissingUnsure,
	crawl.SkipOtherType:         v1alpha1.MissingUnsure,
	crawl.SkipPageLimit:         v1alpha1.MissingUnsure,
	crawl.SkipTimeLimit:         v1alpha1.MissingUnsure,
}

// likely is the least score of a link that counts as a document's.
const likely = 0.35

// candidate is a URL that promised a type and didn't keep it.
type candidate struct {
	url    string
	reason v1alpha1.MissingReason
	score  float64
}

// candidates are the best of each type, and of any type under "".
type candidates struct {
	mu   sync.Mutex
	best map[string]candidate
}

// lost notes that a URL brought no document, and why; text is its link's, and pinned
// the type that the company says is there, if any: it is promised whatever the address.
func (c *candidates) lost(raw, text string, reason crawl.SkipReason, pinned string) {
	why, ok := blame[reason]
	if !ok {
		return
	}
	u, err := url.Parse(raw)
	if err != nil {
		return
	}
	s := score.Of(u, text, "", 1)
	types := topicTypes[s.Topic]
	switch {
	case pinned != "":
		types, s.Value = []string{pinned}, 1
	case s.Value < likely:
		return
	case s.Topic == hub:
		types = []string{""}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.best == nil {
		c.best = map[string]candidate{}
	}
	for _, t := range types {
		old, known := c.best[t]
		now := candidate{raw, why, s.Value}
		// What a page said weighs less than that a page was not to be had.
		if !known || better(now, old) {
			c.best[t] = now
		}
	}
}

func better(a, b candidate) bool {
	if au, bu := a.reason == v1alpha1.MissingUnsure, b.reason == v1alpha1.MissingUnsure; au != bu {
		return bu
	}
	return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(b.url, a.url)) > 0
}

// coverage says of each expected type which document is of it, or why none is.
func (c *candidates) coverage(expected []string, found []Found, res crawl.Result) []store.Coverage {
	out := make([]store.Coverage, 0, len(expected))
	for _, t := range expected {
		if f := bestOf(t, found); f != nil {
			out = append(out, store.Coverage{Type: t, State: store.CoverageFound, URL: f.URL, DocumentID: f.ID})
			continue
		}
		why := c.missing(t, res)
		out = append(out, store.Coverage{Type: t, State: store.CoverageMissing, URL: why.url, Reason: string(why.reason)})
	}
	return out
}

func (c *candidates) missing(t string, res crawl.Result) candidate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if best, ok := c.best[t]; ok {
		return best
	}
	if best, ok := c.best[""]; ok && best.reason != v1alpha1.MissingUnsure {
		return best
	}
	switch res.Reason {
	case crawl.StopRobotsDisallowed:
		return candidate{reason: v1alpha1.MissingRobots}
	case crawl.StopAccessDenied:
		return candidate{reason: v1alpha1.MissingAccessDenied}
	case crawl.StopSiteUnreachable:
		return candidate{reason: v1alpha1.MissingUnreachable}
	case crawl.StopPageLimit, crawl.StopTimeLimit, crawl.StopInterrupted, crawl.StopRequested, crawl.StopBudgetSpent:
		return candidate{reason: v1alpha1.MissingUnsure} // not all was looked at
	default:
		return candidate{reason: v1alpha1.MissingNotLinked}
	}
}

// bestOf is the surest document of a type that is still there; of two as sure, the
// one nearer to a seed. One that shows something else now counts by the text that is
// kept of it, if there is one.
func bestOf(t string, found []Found) *Found {
	var best *Found
	for i := range found {
		f := &found[i]
		if f.Type != t || !f.there() || f.Change == Broken && f.WordCount < leastOf(f.Type) {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(f.Confidence, best.Confidence), cmp.Compare(len(best.DiscoveryPath), len(f.DiscoveryPath)), cmp.Compare(best.URL, f.URL)) > 0 {
			best = f
		}
	}
	return best
}

// byURL orders documents.
func byURL(found []Found) []Found {
	slices.SortFunc(found, func(a, b Found) int { return cmp.Compare(a.URL, b.URL) })
	return found
}
