package crawl

import (
	"cmp"
	"context"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/scope"
	"github.com/clausea/crawler/internal/crawl/score"
)

// Bounds of one URL: redirects as in the default limits, tries counting the first.
const (
	maxHops  = 5
	maxTries = 3
)

// settle takes what a worker brought and puts what follows from it into the frontier.
func (c *crawl) settle(ctx context.Context, o outcome) error {
	if o.kind == turnOutcome {
		return c.turned(ctx, o)
	}
	if o.kind == robotsOutcome {
		c.frontier.ReleaseSlot(hostKey(o.question.at))
		c.frontier.MarkSent(hostKey(o.question.at), o.sent)
		c.answered(o)
		return nil
	}
	c.frontier.Done(o.item)
	c.frontier.MarkSent(o.host, o.sent)
	if o.kind == pageOutcome {
		c.tally.flying--
	}
	if o.err != nil {
		return o.err
	}
	if ctx.Err() != nil {
		return nil //nolint:nilerr // no failure: what was cut off stays in the journal's queue
	}
	if o.retry > 0 {
		c.stayAway(o.host, o.retry)
	}
	c.rest(o.asked)
	switch {
	case o.kind == sitemapOutcome:
		c.settleSitemap(o)
	case o.location != "":
		c.redirected(o)
	case o.page == nil:
		c.refusedBy(o)
	default:
		c.took(o)
	}
	if err := c.flush(ctx); err != nil {
		return err
	}
	c.observer.Progress(c.progress())
	return nil
}

// took handles a page that came.
func (c *crawl) took(o outcome) {
	h, t := c.host(o.host), &c.tally
	h.failures = 0
	t.fetched++
	t.sinceLegal++
	copies := c.copies(o.page, o.verdict)
	c.frontier.RecordNotFound(o.host, false)
	c.noteTwin(o.page)
	c.noteLanguage(o.page)
	if o.item.Retargeted && !o.verdict.SoftError {
		c.moved(o.item)
	}
	c.paths[o.item.URL] = o.item.Parent
	switch {
	case o.verdict.SoftError, copies >= manyCopies && !o.verdict.Legal:
		reason := SkipSoftError
		if o.reason != "" {
			reason = o.reason // all shells are alike
		}
		t.skipped[reason]++
		c.entry.done(o.item, reason)
		c.fetched(o, reason)
		if o.page.Links != nil {
			c.passAll(o.page.Links, o.item.URL, SkipNotFollowed)
		}
		return
	case o.verdict.Legal:
		t.legal++
		t.sinceLegal = 0
		t.types[o.verdict.Type] = true
		if !c.awaited(o.page.Links, o.page.URL) {
			c.frontier.RecordDocument(o.item.Topic, o.item.Family)
		}
	}
	c.entry.done(o.item, "")
	c.entry.legal(o.verdict)
	if o.reason != "" { // it counts as fetched all the same
		c.count(o.reason, 1)
	}
	c.fetched(o, o.reason)
	switch {
	case o.page.Links == nil:
	case o.item.NoFollow:
		c.passAll(o.page.Links, o.item.URL, SkipNotFollowed)
	default:
		c.follow(o.item, o.page.Links, o.verdict, copies > 0)
	}
}

// fetched reports a page that came. reason is the engine's; the verdict may have one too.
func (c *crawl) fetched(o outcome, reason SkipReason) {
	c.tell(o.item, Outcome{Kind: OutcomeFetched, Reason: cmp.Or(reason, o.verdict.Reason), Status: o.page.Status, Page: o.page, Verdict: &o.verdict})
}

// manyCopies of one page under unlike addresses are what a site shows in the place
// of an error (a soft 404).
const manyCopies = 3

// copies is how many pages that came before showed the same as p. Where its own text
// is known, that alone counts: a menu of many screens makes all pages look the same.
func (c *crawl) copies(p *Page, v Verdict) int {
	u, err := url.Parse(p.URL)
	if err != nil || p.Links == nil {
		return 0
	}
	if v.Sketch.Shingles > 0 {
		return c.scope.ObservePage(u, v.Sketch)
	}
	return c.scope.ObservePage(u, p.Links.Sketch)
}

// follow queues the links of a page. Those of a copy that are written relative to
// its path are new at each level that a broken link adds, and lead to nothing new.
func (c *crawl) follow(from *frontier.Item, l *Links, v Verdict, isCopy bool) {
	host := ""
	if u, err := url.Parse(from.URL); err == nil {
		host = u.Host
	}
	for i := range l.Links {
		k := &l.Links[i]
		// "nofollow" asks indexers to give links no weight; what looks legal is
		// looked at all the same, everything else is left alone.
		if l.NoFollow && score.OfLink(k.URL, k.Text, k.Region, from.Depth+1) < promising {
			c.pass(k.URL, from.URL, SkipNoFollow)
			continue
		}
		if isCopy && k.Relative && score.OfURL(k.URL) < promising {
			c.pass(k.URL, from.URL, SkipDuplicate)
			continue
		}
		c.enqueue(from, c.rebase(host, k.URL), k.Text, k.Region, 1)
	}
	if l.Refresh != "" {
		c.enqueue(from, l.Refresh, from.Anchor, "", 1)
	}
	c.refusedLinks(l, from.URL)
	if !v.Legal {
		c.passAlternates(l, from.URL)
		return
	}
	awaited := c.awaited(l, from.URL)
	for _, a := range l.Alternates {
		if awaited && c.wanted(a.Lang) {
			c.enqueue(from, a.URL, from.Anchor, "", 1)
			continue
		}
		c.enqueue(from, a.URL, "", "", alternateFactor)
	}
}

// awaited says that the page at a URL is in a language that nobody asked for and names
// another edition in one that is wanted, so that the document is still to come. A page
// that names itself as that edition has the wrong language in its markup.
func (c *crawl) awaited(l *Links, at string) bool {
	if len(c.plan.Languages) == 0 || l == nil || l.Lang == "" || c.wanted(l.Lang) {
		return false
	}
	there := false
	for _, a := range l.Alternates {
		if c.wanted(a.Lang) {
			if canonical.DedupKey(a.URL) == canonical.DedupKey(at) {
				return false
			}
			there = true
		}
	}
	return there
}

// wanted says that the plan asks for a language, given as BCP 47 has it, whatever its
// script and region are.
func (c *crawl) wanted(lang string) bool {
	return slices.ContainsFunc(c.plan.Languages, func(want string) bool {
		return strings.EqualFold(primary(want), primary(lang))
	})
}

// primary is the first subtag of a language tag (RFC 5646, section 2.2.1), which some
// sites part from the rest by an underscore.
func primary(tag string) string {
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		return tag[:i]
	}
	return tag
}

// alternateFactor lowers other languages' variants of a document that was found.
const alternateFactor = 0.5

// foreignFactor lowers an address in another language than is wanted, so that of
// translations of one document the wanted one is fetched first.
const foreignFactor = 0.9

// foreign says that lang, of an address, is none that the plan asks for; a plan that
// asks for none means that of the first page.
func (c *crawl) foreign(lang string) bool {
	if lang == "" {
		return false
	}
	if c.wanted(lang) {
		return false
	}
	return len(c.plan.Languages) > 0 || c.language != "" && c.language != lang
}

// enqueue scores and queues one link if it is new and in scope.
func (c *crawl) enqueue(from *frontier.Item, raw, text, region string, factor float64) {
	key := canonical.DedupKey(raw)
	if !c.seen.Add(key) {
		return
	}
	c.retake(key)
	u, err := url.Parse(raw)
	if err != nil {
		c.skip(&frontier.Item{URL: raw, DedupKey: key, Parent: from.URL}, SkipInvalidURL)
		return
	}
	it := frontier.Item{URL: raw, DedupKey: key, Host: hostKey(u), Depth: from.Depth + 1, Anchor: text, Parent: from.URL}
	if it.Depth > c.plan.MaxDepth {
		c.skip(&it, SkipDepth)
		return
	}
	if ok, reason := c.scope.Admit(u); !ok {
		c.skip(&it, SkipReason(reason))
		return
	}
	s := score.Of(u, text, region, it.Depth)
	it.Score = s.Value * factor
	if it.Score < promising && strings.HasSuffix(strings.ToLower(u.Path), ".pdf") {
		// A site may have thousands of brochures; a PDF is read where the link looks legal.
		c.skip(&it, SkipReason(scope.FileType))
		return
	}
	if !c.plan.Exhaustive {
		var lang string
		lang, _, it.Family = localeOf(u)
		it.Topic = s.Topic
		if s.SlugNamesDocument {
			it.Family = editionOf(it.Family)
		}
		switch {
		case c.foreign(lang):
			it.Score *= foreignFactor
		case lang != "" && len(c.plan.Languages) > 1:
			it.Family += "@" + lang // each of several languages that are asked for is wanted
		}
	}
	c.push(it)
}

// editionOf is a family without its query, but with its region.
func editionOf(family string) string {
	page, rest, ok := strings.Cut(family, "?")
	if !ok {
		return family
	}
	if _, region, ok := strings.Cut(rest, "#"); ok {
		page += "#" + region
	}
	return page
}

func (c *crawl) push(it frontier.Item) bool {
	if !c.frontier.Add(it) {
		c.skip(&it, SkipQueueFull)
		return false
	}
	c.entry.add(&it)
	return true
}

// redirected queues the place that a redirect leads to, in the item's stead.
func (c *crawl) redirected(o outcome) {
	c.host(o.host).failures = 0
	it := *o.item
	out := Outcome{Kind: OutcomeRedirected, Reason: SkipBadRedirect, Status: o.status}
	base, err := url.Parse(it.URL)
	if err != nil {
		c.settled(&it, out)
		return
	}
	to, u, err := canonical.URL(base, o.location)
	if err != nil {
		c.settled(&it, out)
		return
	}
	hop := frontier.Redirect{URL: it.URL, Status: o.status}
	out.Location = to
	if to == it.URL {
		out.Reason = SkipRedirectLoop
		c.settled(&it, out)
		it.RedirectChain = append(it.RedirectChain, hop)
		c.vain(&it)
		return
	}
	out.Reason = SkipRedirect
	c.settled(o.item, out)
	next := it
	next.URL, next.DedupKey, next.Host = to, canonical.DedupKey(to), hostKey(u)
	next.RedirectCount++
	next.RedirectChain = append(append([]frontier.Redirect(nil), it.RedirectChain...), hop)
	if next.RedirectCount > maxHops {
		c.skip(&next, SkipTooManyRedirects)
		c.vain(&next)
		return
	}
	if next.DedupKey != it.DedupKey && !c.seen.Add(next.DedupKey) {
		return // it is queued or fetched under its own name
	}
	c.retake(next.DedupKey)
	if ok, reason := c.scope.Admit(u); !ok && !it.Pinned {
		if reason != scope.OutOfScope || it.Score < promising {
			c.skip(&next, SkipReason(reason))
			return
		}
		next.NoFollow = true // a legal page that moved to another domain is read, not followed
	} else if !ok && it.Depth == 0 {
		c.adopt(u.Hostname()) // the company's home moved
	}
	c.push(next)
}

// vain tells the scope of a chain of redirects that had no end.
func (c *crawl) vain(it *frontier.Item) {
	if u, err := url.Parse(it.RedirectChain[0].URL); err == nil {
		c.scope.ObserveRedirectLoop(u)
	}
}

// refusedBy handles a request that brought no page: again later, or counted.
func (c *crawl) refusedBy(o outcome) {
	h, t, it := c.host(o.host), &c.tally, *o.item
	again := false
	switch o.reason {
	case SkipAccessDenied:
		t.denied++
	case SkipRateLimited:
		t.denied++
		again = true
	case SkipServerError, SkipTimeout, SkipConnect, SkipTLS, SkipDNS, SkipBadResponse:
		t.unreachable++
		h.failures++
		again = o.reason != SkipDNS
	}
	it.Attempts++
	if again && it.Attempts < maxTries && h.failures < breakerAfter && !h.later {
		wait := o.retry
		if wait == 0 {
			wait = backoff(it.Attempts)
		}
		c.frontier.Postpone(o.host, time.Now().Add(wait))
		if !c.frontier.Add(it) {
			c.skip(&it, SkipQueueFull)
		}
		return
	}
	t.failed++
	c.settled(&it, Outcome{Kind: OutcomeFailed, Reason: o.reason, Status: o.status})
	if h.failures >= breakerAfter {
		c.giveUp(o.host, SkipHostDown)
	}
	if o.status == http.StatusNotFound || o.status == http.StatusGone {
		h.failures = 0
		c.frontier.RecordNotFound(o.host, true)
		c.retarget(&it)
	}
}

// backoff is how long to wait after so many tries. Full jitter over a growing window
// keeps many crawls from returning at once.
func backoff(tries int) time.Duration {
	return time.Duration(rand.Int64N(int64(time.Second) << tries))
}
