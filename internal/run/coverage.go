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
var blame = map[string]v1alpha1.MissingReason{
	"robots":             v1alpha1.MissingRobots,
	"access_denied":      v1alpha1.MissingAccessDenied,
	"rate_limited":       v1alpha1.MissingAccessDenied,
	"robots_unreachable": v1alpha1.MissingUnreachable,
	"retry_later":        v1alpha1.MissingUnreachable,
	"host_busy":          v1alpha1.MissingUnreachable,
	"host_down":          v1alpha1.MissingUnreachable,
	"server_error":       v1alpha1.MissingUnreachable,
	"timeout":            v1alpha1.MissingUnreachable,
	"connect":            v1alpha1.MissingUnreachable,
	"tls":                v1alpha1.MissingUnreachable,
	"dns":                v1alpha1.MissingUnreachable,
	"bad_response":       v1alpha1.MissingUnreachable,
	"too_large":          v1alpha1.MissingUnreachable,
	"blocked_address":    v1alpha1.MissingUnreachable,
	"redirect_loop":      v1alpha1.MissingUnreachable,
	"too_many_redirects": v1alpha1.MissingUnreachable,
	"bad_redirect":       v1alpha1.MissingUnreachable,
	"content_type":       v1alpha1.MissingUnsure, // it is there, and not in a form that is read
	"depth":              v1alpha1.MissingUnsure,
	"queue_full":         v1alpha1.MissingUnsure,
	ReasonSoftError:      v1alpha1.MissingUnsure,
	ReasonUnreadable:     v1alpha1.MissingUnsure,
	ReasonNeedsBrowser:   v1alpha1.MissingUnsure,
	ReasonNotRendered:    v1alpha1.MissingUnsure,
	reasonOtherType:      v1alpha1.MissingUnsure,
	"page_limit":         v1alpha1.MissingUnsure,
	"time_limit":         v1alpha1.MissingUnsure,
}

// reasonOtherType is of a page that came and is, as it seems, of another type.
const reasonOtherType = "other_type"

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
func (c *candidates) lost(raw, text, reason, pinned string) {
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
	case crawl.RobotsDisallowed:
		return candidate{reason: v1alpha1.MissingRobots}
	case crawl.AccessDenied:
		return candidate{reason: v1alpha1.MissingAccessDenied}
	case crawl.SiteUnreachable:
		return candidate{reason: v1alpha1.MissingUnreachable}
	case crawl.PageLimit, crawl.TimeLimit, crawl.Stopped, crawl.BudgetSpent:
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
