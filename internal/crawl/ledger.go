package crawl

import (
	"errors"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/links"
)

// ledger counts what a crawl does, reports how URLs end, and holds what the next
// checkpoint saves.
type ledger struct {
	observer Observer
	started  time.Time
	seen     *frontier.Seen // keys of the URLs that were queued

	// linkSkips are the URLs that were skipped on the pages that link to them, by key.
	// Another page may lead to one of them for a better reason: see markSeen.
	linkSkips map[string]SkipReason
	parents   map[string]string // URL of a fetched page to the page that links to it
	types     map[string]bool   // types of the documents that were found
	domains   []string          // domains that were added to the scope
	counters

	delta checkpoint // what changed since the last checkpoint
	saved int        // checkpoints that were saved
}

// counters are the numbers of a crawl.
type counters struct {
	fetched     int
	failed      int
	legal       int
	sinceLegal  int    // pages fetched since the last legal one
	requests    int    // requests for pages; the page limit bounds these
	inFlight    int    // requests for pages without a response yet
	currentHost string // currentHost of the last request

	// URLs that could not be fetched, by cause. They decide why a crawl without a page failed.
	denied, unreachable, disallowed int

	skipped map[SkipReason]int
}

func newLedger(o Observer) *ledger {
	return &ledger{
		observer: o, started: time.Now(), seen: frontier.NewSeen(), linkSkips: map[string]SkipReason{}, parents: map[string]string{},
		types: map[string]bool{}, counters: counters{skipped: map[SkipReason]int{}},
	}
}

// markSeen reports whether the key of a URL is new. A URL that was only skipped on a
// page until now is new, and does not count as skipped any more.
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

// skip records that an item is not fetched.
func (l *ledger) skip(it *frontier.Item, reason SkipReason) { l.end(it, Outcome{Reason: reason}) }

// end records that an item has no page. o has what the item lacks.
func (l *ledger) end(it *frontier.Item, o Outcome) {
	l.skipped[o.Reason]++
	l.delta.done(it, o.Reason)
	l.report(it, o)
}

// report passes the Outcome of an item to the Observer. o has what the item lacks.
func (l *ledger) report(it *frontier.Item, o Outcome) {
	o.URL, o.Parent, o.Redirects = it.URL, it.Parent, it.RedirectChain
	l.observer.Outcome(o)
}

// endPage records a page that was fetched. If unused, the page counts as skipped for
// the reason; otherwise the reason says what its text lacks, and may be empty.
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

// reportPage passes the Outcome of a page to the Observer. A reason of the engine
// overrides that of the verdict.
func (l *ledger) reportPage(r *taskResult, reason SkipReason) {
	if reason == "" {
		reason = r.verdict.Reason
	}
	l.report(r.item, Outcome{Kind: OutcomeFetched, Reason: reason, Status: r.page.Status, Page: r.page, Verdict: &r.verdict})
}

// maxLinkSkips bounds the URLs that linkSkips remembers.
const maxLinkSkips = 100_000

// skipLink records a link that is not followed from parent. It counts once, on
// however many pages it is, and not at all once its URL is queued.
func (l *ledger) skipLink(url, parent string, reason SkipReason) {
	if key := canonical.DedupKey(url); !l.seen.Has(key) {
		l.skipKey(key, url, parent, reason)
	}
}

// skipReference records a reference that is not a URL that can be fetched.
func (l *ledger) skipReference(ref, parent string, err error) {
	ref = strings.ToValidUTF8(ref[:min(len(ref), canonical.MaxLength)], "")
	l.skipKey("no URL: "+ref, ref, parent, referenceReason(err))
}

func (l *ledger) skipKey(key, url, parent string, reason SkipReason) {
	if _, ok := l.linkSkips[key]; ok {
		return
	}
	if len(l.linkSkips) < maxLinkSkips {
		l.linkSkips[key] = reason
	}
	l.count(reason, 1)
	l.observer.Outcome(Outcome{URL: url, Parent: parent, Reason: reason})
}

// skipLinks records all links of a page as skipped.
func (l *ledger) skipLinks(scan *Links, parent string, reason SkipReason) {
	for i := range scan.Links {
		l.skipLink(scan.Links[i].URL, parent, reason)
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

// skipUnreadable records the references that the scan of a page left out.
func (l *ledger) skipUnreadable(scan *Links, parent string) {
	for _, s := range scan.Skipped {
		l.skipReference(s.Ref, parent, s.Err)
	}
	l.count(SkipTooManyLinks, scan.UnlistedSkips)
}

// count counts URLs that have no entry of their own in the checkpoint.
func (l *ledger) count(reason SkipReason, n int) {
	if l.skipped[reason] += n; l.skipped[reason] == 0 {
		delete(l.skipped, reason)
	}
	l.delta.count(reason, n)
}

// skipQueued records the items that a crawl leaves in its frontier when it ends. An
// interrupted crawl leaves none: it resumes with them.
func (l *ledger) skipQueued(end StopReason, left []frontier.Item) {
	reason := SkipLowScore
	switch end {
	case StopPageLimit:
		reason = SkipPageLimit
	case StopTimeLimit:
		reason = SkipTimeLimit
	}
	for i := range left {
		l.skipped[reason]++
		l.report(&left[i], Outcome{Reason: reason})
	}
}

// lacks reports whether a type is missing of those that are expected: typ, or any if
// typ is empty.
func (l *ledger) lacks(expected []string, typ string) bool {
	for _, t := range expected {
		if !l.types[t] && (typ == "" || typ == t) {
			return true
		}
	}
	return false
}

// maxPathLength bounds the way from a seed to a page.
const maxPathLength = 64

// pathTo returns the URLs from a seed to a page, that page last.
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

// stopReason returns the reason of a crawl that ends with end: one that fetched no page
// failed, unless it was cut short.
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

// progress returns the counters, of which queued and inFlight are the frontier's.
func (l *ledger) progress(queued, inFlight int) Progress {
	skipped := make(map[SkipReason]int, len(l.skipped))
	for reason, n := range l.skipped {
		skipped[reason] = n
	}
	return Progress{
		Fetched: l.fetched, Queued: queued, InFlight: inFlight, Failed: l.failed,
		Skipped: skipped, LegalFound: l.legal, CurrentHost: l.currentHost, Elapsed: time.Since(l.started),
	}
}

// referenceReason returns the reason of an error of canonical or links.
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
