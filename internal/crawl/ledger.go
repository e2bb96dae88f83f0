package crawl

import (
	"errors"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/links"
)

// ledger counts the pages and URLs of a crawl, reports the outcome of each URL, and
// collects the next checkpoint.
type ledger struct {
	observer    Observer
	checkpoints Checkpoints // nil if the crawl has none
	started     time.Time
	seen        *frontier.Seen // keys of the URLs that were queued

	// linkSkips holds the reasons of links that were skipped, by the key of the URL. The URL
	// is not seen yet, because another page may link to it in a way that is followed.
	linkSkips map[string]SkipReason
	parents   map[string]string // URL of a fetched page to the page that links to it
	types     map[string]bool   // types of the documents that were found
	domains   []string          // domains that were added to the scope
	counters

	delta *checkpoint // what changed since the last checkpoint; nil without checkpoints
	saved int         // checkpoints that were saved
}

// counters are the counters of a crawl.
type counters struct {
	fetched     int
	failed      int
	legal       int
	sinceLegal  int    // pages fetched since the last legal one
	requests    int    // requests for pages; the page limit bounds these
	inFlight    int    // requests for pages without a response yet
	offSite     int    // documents on other domains that were queued
	currentHost string // currentHost of the last request

	// answered reports whether a host answered a request without giving a page. A site whose home
	// page fails may have others.
	answered bool

	// URLs that could not be fetched, by cause. They decide why a crawl without a page failed.
	denied, unreachable, disallowed int

	skipped map[SkipReason]int

	delayWait time.Duration // with no request in flight

	failures failures // of this process, which explain the counts above
}

func newLedger(o Observer, c Checkpoints) *ledger {
	l := &ledger{
		observer: o, checkpoints: c, started: time.Now(), seen: frontier.NewSeen(), linkSkips: map[string]SkipReason{}, parents: map[string]string{},
		types: map[string]bool{}, counters: counters{skipped: map[SkipReason]int{}},
	}
	if c != nil {
		l.delta = &checkpoint{}
	}
	return l
}

// markSeen marks the key of a URL as seen and reports whether it was new. A URL that was
// only skipped as a link is new, and is no longer counted as skipped.
func (l *ledger) markSeen(key string) bool {
	if !l.seen.Add(key) {
		return false
	}
	if reason, ok := l.linkSkips[key]; ok {
		delete(l.linkSkips, key)
		l.count(reason, -1)
	}
	return true
}

// countOffSite counts a document on another domain that is queued.
func (l *ledger) countOffSite() {
	l.offSite++
	l.delta.countOffSite()
}

// skip records that an item is not fetched.
func (l *ledger) skip(it *frontier.Item, reason SkipReason) { l.end(it, Outcome{Reason: reason}) }

// end records the outcome of an item without a page. o has the fields that are not those
// of the item.
func (l *ledger) end(it *frontier.Item, o Outcome) {
	l.skipped[o.Reason]++
	l.delta.done(it, o.Reason)
	l.report(it, o)
}

// report completes an Outcome with the fields of its item and passes it to the Observer.
func (l *ledger) report(it *frontier.Item, o Outcome) {
	o.URL, o.Parent, o.Anchor, o.Redirects = it.URL, it.Parent, it.Anchor, it.RedirectChain
	l.observer.Outcome(o)
}

// endPage records a fetched page. If unused is set, the page counts as skipped for the
// reason. Otherwise the reason says why its text is incomplete; it may be empty.
func (l *ledger) endPage(r *taskResult, reason SkipReason, unused bool) {
	if unused {
		l.skipped[reason]++
		l.delta.done(r.item, reason)
	} else {
		l.delta.done(r.item, "")
		l.delta.legal(r.verdict)
		if reason != "" {
			l.count(reason, 1)
		}
	}
	l.reportPage(r, reason)
}

// reportPage passes the Outcome of a page to the Observer. reason, if not empty, overrides
// the reason of the verdict.
func (l *ledger) reportPage(r *taskResult, reason SkipReason) {
	if reason == "" {
		reason = r.verdict.Reason
	}
	l.report(r.item, Outcome{Kind: OutcomeFetched, Reason: reason, Status: r.page.Status, Page: r.page, Verdict: &r.verdict})
}

// maxLinkSkips is the maximum number of URLs in linkSkips.
const maxLinkSkips = 100_000

// skipLink records that a link on the page parent is not followed. A URL counts once,
// however many pages link to it, and does not count if it is queued or was fetched.
func (l *ledger) skipLink(url, parent string, reason SkipReason) {
	l.skipNamedLink(&Link{URL: url}, parent, reason)
}

// skipNamedLink is skipLink for a link whose text says what it leads to.
func (l *ledger) skipNamedLink(k *Link, parent string, reason SkipReason) {
	if key := canonical.DedupKey(k.URL); !l.seen.Has(key) {
		l.skipKey(key, Outcome{URL: k.URL, Parent: parent, Anchor: k.Text, Reason: reason})
	}
}

// skipReference records a reference that is not a URL that a crawl can fetch.
func (l *ledger) skipReference(ref, parent string, err error) {
	ref = strings.ToValidUTF8(ref[:min(len(ref), canonical.MaxLength)], "")
	l.skipKey("no URL: "+ref, Outcome{URL: ref, Parent: parent, Reason: referenceReason(err)})
}

func (l *ledger) skipKey(key string, o Outcome) {
	if _, ok := l.linkSkips[key]; ok {
		return
	}
	if len(l.linkSkips) < maxLinkSkips {
		l.linkSkips[key] = o.Reason
	}
	l.count(o.Reason, 1)
	l.observer.Outcome(o)
}

// skipLinks records all links of a page as skipped.
func (l *ledger) skipLinks(scan *Links, parent string, reason SkipReason) {
	for i := range scan.Links {
		l.skipNamedLink(&scan.Links[i], parent, reason)
	}
	if scan.Refresh != "" {
		l.skipLink(scan.Refresh, parent, reason)
	}
	l.skipAlternates(scan, parent)
}

// skipAlternates records a page's links to its translations as skipped.
func (l *ledger) skipAlternates(scan *Links, parent string) {
	for _, a := range scan.Alternates {
		l.skipLink(a.URL, parent, SkipNotFollowed)
	}
}

// skipUnreadable records the references on a page that the scan rejected.
func (l *ledger) skipUnreadable(scan *Links, parent string) {
	for _, s := range scan.Skipped {
		l.skipReference(s.Ref, parent, s.Err)
	}
	l.count(SkipTooManyLinks, scan.UnlistedSkips)
}

// count adds n to the number of URLs skipped for a reason. It is for URLs without an entry
// of their own in the checkpoint.
func (l *ledger) count(reason SkipReason, n int) {
	if l.skipped[reason] += n; l.skipped[reason] == 0 {
		delete(l.skipped, reason)
	}
	l.delta.count(reason, n)
}

// skipQueued records the items that are left in the frontier when a crawl ends for good. An
// interrupted crawl resumes with them instead.
func (l *ledger) skipQueued(end StopReason, left []frontier.Item) {
	reason := SkipLowScore
	switch end {
	case StopPageLimit:
		reason = SkipPageLimit
	case StopTimeLimit:
		reason = SkipTimeLimit
	}
	for i := range left {
		r := reason
		if r == SkipLowScore && left[i].Score >= legalScore {
			r = SkipConverged
		}
		l.skipped[r]++
		l.report(&left[i], Outcome{Reason: r})
	}
}

// recordAnswer notes that the host of a URL answered a request and refused it neither to
// the crawler nor for now.
func (l *ledger) recordAnswer(reason SkipReason) {
	switch reason {
	case SkipNotFound, SkipServerError, SkipClientError,
		SkipContentType, SkipBadEncoding, SkipTooLarge, SkipRedirectLoop, SkipTooManyRedirects, SkipBadRedirect:
		l.answered = true
	}
}

// lacks reports whether the expected type typ, or any expected type if typ is empty, has no
// document yet.
func (l *ledger) lacks(expected []string, typ string) bool {
	for _, t := range expected {
		if !l.types[t] && (typ == "" || typ == t) {
			return true
		}
	}
	return false
}

// maxPathLength is the maximum number of URLs in the path from a seed to a page.
const maxPathLength = 64

// pathTo returns the path from a seed to a page, which is the last URL.
func (l *ledger) pathTo(page string) []string {
	var path []string
	for ; page != "" && len(path) < maxPathLength; page = l.parents[page] {
		path = append(path, page)
	}
	for i, j := 0, len(path)-1; i < j; i, j = i+1, j-1 {
		path[i], path[j] = path[j], path[i]
	}
	return path
}

// stopReason returns the stop reason of a crawl that ends with end. If it fetched no page
// and did not end early, it failed.
func (l *ledger) stopReason(end StopReason) StopReason {
	if l.fetched > 0 || end != StopFrontierEmpty && end != StopConverged {
		return end
	}
	switch {
	case l.disallowed > 0 && l.denied == 0 && l.unreachable == 0:
		return StopRobotsDisallowed
	case l.denied > 0:
		return StopAccessDenied
	default:
		return StopSiteUnreachable
	}
}

// progress returns a snapshot of the counters. queued and inFlight are those of the frontier.
func (l *ledger) progress(queued, inFlight int) Progress {
	skipped := make(map[SkipReason]int, len(l.skipped))
	for reason, n := range l.skipped {
		skipped[reason] = n
	}
	return Progress{
		Fetched: l.fetched, Queued: queued, InFlight: inFlight, Failed: l.failed,
		Skipped: skipped, LegalFound: l.legal, CurrentHost: l.currentHost, Elapsed: time.Since(l.started), DelayWait: l.delayWait,
	}
}

// referenceReason returns the skip reason for an error of canonical or links.
func referenceReason(err error) SkipReason {
	switch {
	case errors.Is(err, links.ErrTooManyLinks):
		return SkipTooManyLinks
	case errors.Is(err, canonical.ErrScheme):
		return SkipScheme
	case errors.Is(err, canonical.ErrTooLong):
		return SkipURLTooLong
	case errors.Is(err, canonical.ErrUserinfo):
		return SkipUserinfo
	default:
		return SkipInvalidURL
	}
}
