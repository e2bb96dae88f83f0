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

// Score thresholds, on the scale of score.Of.
const (
	// legalScore is the minimum score of a link that suggests a legal document. Once all
	// expected types are found, only URLs with this score are fetched.
	legalScore = 0.35
	// searchScore is the minimum score of a URL to fetch while an expected type is missing.
	searchScore = 0.03
)

// Factors that lower a score.
const (
	// translationFactor applies to the other translations of a document.
	translationFactor = 0.5
	// otherLanguageFactor applies to a URL in a language that is not preferred, so that the
	// preferred translation of a document is fetched first.
	otherLanguageFactor = 0.9
	// retargetFactor applies to URLs that retarget derives from a link to a missing page.
	retargetFactor = 0.65
	// visitedFactor applies to the part of a score above legalScore, so that a page that an
	// earlier crawl requested is still fetched, after the others.
	visitedFactor = 0.1
)

// discovery finds the URLs of a crawl and queues them: from seeds, links and redirects, and
// by probing.
type discovery struct {
	plan      Plan
	frontier  *frontier.Frontier
	scope     *scope.Scope
	ledger    *ledger
	hosts     *hosts
	languages languages
	canonical canonicalHosts
	judge     *offsite.Judge

	relocated map[string]bool // hosts whose queued links were rewritten to another host
	probes    int             // well-known paths that were probed or skipped
}

// enqueueSeeds queues the seeds of the plan, except those that a resumed crawl has queued
// or fetched before.
func (d *discovery) enqueueSeeds() {
	for _, s := range d.plan.Seeds {
		raw, u, err := canonical.URL(nil, s.URL)
		if err != nil {
			d.ledger.skipReference(s.URL, "", err)
			continue
		}
		key := canonical.DedupKey(raw)
		if !d.ledger.markSeen(key) {
			continue
		}
		inScope, _ := d.scope.Admit(u)
		d.push(frontier.Item{URL: raw, DedupKey: key, Host: hostKey(u), Score: 1, Pinned: true, Order: s.Order, NoFollow: s.Pinned && !inScope})
	}
}

// requeue queues the items of the crawl to resume. It restores the counts of the scope by
// admitting the URLs of these items and of the fetched pages again.
func (d *discovery) requeue(queue map[string]frontier.Item) {
	for page := range d.ledger.parents {
		if _, u, err := canonical.URL(nil, page); err == nil {
			d.scope.Admit(u)
		}
	}
	for _, it := range queue {
		_, u, err := canonical.URL(nil, it.URL)
		if err != nil {
			d.ledger.skip(&it, SkipInvalidURL)
			continue
		}
		d.scope.Admit(u)
		it.Host = hostKey(u)
		d.push(it)
	}
}

// push queues an item. The caller has marked its key as seen.
func (d *discovery) push(it frontier.Item) bool {
	if !d.frontier.Add(it) {
		d.ledger.skip(&it, SkipQueueFull)
		return false
	}
	d.ledger.delta.add(&it)
	return true
}

// admit queues an item if the scope admits its URL, and skips it otherwise. The caller has
// marked its key as seen.
func (d *discovery) admit(it frontier.Item, u *url.URL) {
	if ok, reason := d.scope.Admit(u); !ok {
		d.ledger.skip(&it, SkipReason(reason))
		return
	}
	d.push(it)
}

// followLinks queues the links of a page. isCopy is set if an earlier page has the same
// text. Links of a copy that are relative to its path are not followed: one broken
// relative link can lead to ever deeper URLs that all show the same page.
func (d *discovery) followLinks(from *frontier.Item, scan *Links, v *Verdict, isCopy bool) {
	host := ""
	if u, err := url.Parse(from.URL); err == nil {
		host = u.Host
	}
	switch {
	case v.Legal:
	case from.Score >= legalScore && from.Depth > 0:
		d.followStub(from, scan)
	default:
		d.followFrames(from, scan)
	}
	var outside []Link
	for i := range scan.Links {
		k := &scan.Links[i]
		if d.isOutside(k.URL, host) {
			outside = append(outside, *k)
			continue
		}
		// "nofollow" asks indexers to give links no weight. The crawl still follows
		// links that suggest a legal document.
		if scan.NoFollow && score.OfLink(k.URL, k.Text, k.Region, from.Depth+1) < legalScore {
			d.ledger.skipLink(k.URL, from.URL, SkipNoFollow)
			continue
		}
		if isCopy && k.Relative && score.OfURL(k.URL) < legalScore {
			d.ledger.skipLink(k.URL, from.URL, SkipDuplicate)
			continue
		}
		d.enqueue(from, d.canonical.rewrite(host, k.URL), k.Text, k.Region, 1)
	}
	d.followOffSite(from, outside, v.Legal)
	if scan.Refresh != "" {
		d.enqueue(from, scan.Refresh, from.Anchor, "", 1)
	}
	d.ledger.skipUnreadable(scan, from.URL)
	if !v.Legal {
		d.ledger.skipAlternates(scan, from.URL)
		return
	}
	awaited := d.languages.awaitsTranslation(scan, from.URL)
	for _, a := range scan.Alternates {
		if awaited && d.languages.preferred(a.Lang) {
			d.enqueue(from, a.URL, from.Anchor, "", 1)
			continue
		}
		d.enqueue(from, a.URL, "", "", translationFactor)
	}
}

// enqueue scores and queues one link if it is new and in scope.
func (d *discovery) enqueue(from *frontier.Item, raw, text, region string, factor float64) {
	key := canonical.DedupKey(raw)
	if !d.ledger.markSeen(key) {
		return
	}
	u, err := url.Parse(raw)
	if err != nil {
		d.ledger.skip(&frontier.Item{URL: raw, DedupKey: key, Parent: from.URL}, SkipInvalidURL)
		return
	}
	it := frontier.Item{URL: raw, DedupKey: key, Host: hostKey(u), Depth: from.Depth + 1, Anchor: text, Parent: from.URL}
	if it.Depth > d.plan.MaxDepth {
		d.ledger.skip(&it, SkipDepth)
		return
	}
	if ok, reason := d.scope.Admit(u); !ok {
		d.ledger.skip(&it, SkipReason(reason))
		return
	}
	s := score.Of(u, text, region, it.Depth)
	it.Score = s.Value * factor
	if it.Score < legalScore && strings.HasSuffix(strings.ToLower(u.Path), ".pdf") {
		// A site may have thousands of brochures.
		d.ledger.skip(&it, SkipFileType)
		return
	}
	var lang string
	lang, _, it.Family = scope.Locale(u)
	it.Topic = s.Topic
	if s.SlugNamesDocument {
		it.Family = withoutQuery(it.Family)
	}
	it.OtherLanguage = factor == translationFactor
	switch {
	case d.languages.other(lang):
		it.Score *= otherLanguageFactor
		it.OtherLanguage = true
	case lang != "" && len(d.plan.Languages) > 1:
		it.Family += "@" + lang // so that each of several preferred languages is fetched
	}
	if d.plan.Visited[raw] && it.Score > legalScore {
		it.Score = legalScore + (it.Score-legalScore)*visitedFactor
	}
	d.push(it)
}

// withoutQuery removes the query from a family and keeps the region after "#".
func withoutQuery(family string) string {
	page, rest, ok := strings.Cut(family, "?")
	if !ok {
		return family
	}
	if _, region, ok := strings.Cut(rest, "#"); ok {
		page += "#" + region
	}
	return page
}

// maxRedirects is the maximum number of redirects that are followed from one URL.
const maxRedirects = 5

// followRedirect records that the response of an item redirects to location, and queues
// the target.
func (d *discovery) followRedirect(it *frontier.Item, location string, status int) {
	out := Outcome{Kind: OutcomeRedirected, Reason: SkipBadRedirect, Status: status}
	to, u, err := resolve(it.URL, location)
	if err != nil {
		d.ledger.end(it, out)
		return
	}
	out.Location = to
	if to == it.URL && it.GotCookies && it.RedirectCount < maxRedirects {
		again := *it // the next response depends on the cookies of this one
		again.RedirectCount++
		d.push(again)
		return
	}
	chain := append(append(make([]Redirect, 0, len(it.RedirectChain)+1), it.RedirectChain...), Redirect{URL: it.URL, Status: status})
	if to == it.URL {
		out.Reason = SkipRedirectLoop
		d.ledger.end(it, out)
		d.ledger.recordAnswer(out.Reason)
		d.ledger.failures.add(Failure{URL: it.URL, Reason: out.Reason, Cause: "it redirects to itself"})
		d.recordRedirectLoop(chain)
		return
	}
	out.Reason = SkipRedirect
	d.ledger.end(it, out)
	next := *it
	next.URL, next.DedupKey, next.Host, next.RedirectChain = to, canonical.DedupKey(to), hostKey(u), chain
	next.RedirectCount++
	if next.RedirectCount > maxRedirects {
		if visits(it, to) > 0 {
			d.ledger.count(SkipRedirect, -1) // it counts by its next outcome
		}
		d.ledger.skip(&next, SkipTooManyRedirects)
		d.ledger.recordAnswer(SkipTooManyRedirects)
		d.ledger.failures.add(Failure{URL: it.URL, Reason: SkipTooManyRedirects, Cause: "too many redirects"})
		d.recordRedirectLoop(chain)
		return
	}
	if !d.ledger.markSeen(next.DedupKey) && next.DedupKey != it.DedupKey {
		if !returnsWithCookies(it, to) {
			return // the target is queued or was fetched
		}
		d.ledger.count(SkipRedirect, -1) // it counts by its next outcome
	}
	if ok, reason := d.scope.Admit(u); !ok && !it.Pinned {
		if reason != scope.OutOfScope || it.Score < legalScore {
			d.ledger.skip(&next, SkipReason(reason))
			return
		}
		if d.plan.OffSite == OffSiteNever {
			d.ledger.skip(&next, SkipOffSite)
			return
		}
		next.NoFollow, next.OffSite = true, true // a legal page on another domain is fetched, but its links are not followed
	} else if !ok && it.Depth == 0 {
		d.addDomain(u.Hostname()) // the company's site moved
	}
	d.push(next)
}

// returnsWithCookies reports whether an item redirects back to a URL that led to it, after a
// response on the way set cookies. It does so once: the URL then has the page.
func returnsWithCookies(it *frontier.Item, to string) bool {
	return it.GotCookies && visits(it, to) == 1
}

// visits returns how many of the redirects that led to an item started at a URL.
func visits(it *frontier.Item, at string) int {
	n := 0
	for _, r := range it.RedirectChain {
		if r.URL == at {
			n++
		}
	}
	return n
}

// resolve returns the canonical form of a redirect's location.
func resolve(from, location string) (string, *url.URL, error) {
	base, err := url.Parse(from)
	if err != nil {
		return "", nil, err
	}
	return canonical.URL(base, location)
}

// recordRedirectLoop reports to the scope that the redirects of a URL loop or are too many.
func (d *discovery) recordRedirectLoop(chain []Redirect) {
	if u, err := url.Parse(chain[0].URL); err == nil {
		d.scope.ObserveRedirectLoop(u)
	}
}

// addDomain adds the domain of a host to the scope.
func (d *discovery) addDomain(host string) {
	if d.scope.ContainsHost(host) {
		return
	}
	d.scope.AddDomain(host)
	d.judge.AddDomain(host)
	d.ledger.domains = append(d.ledger.domains, host)
	d.ledger.delta.addDomain(host)
}

// isTrap reports whether the scope has closed the URL pattern of an item, because its pages
// were near duplicates.
func (d *discovery) isTrap(it *frontier.Item) bool {
	if it.Pinned {
		return false
	}
	strength := scope.WeakLink
	switch {
	case score.OfURL(it.URL) >= legalScore:
		strength = scope.URLNamesDocument
	case it.Score >= legalScore:
		strength = scope.TextNamesDocument
	}
	u, err := url.Parse(it.URL)
	return err == nil && d.scope.Closed(u, strength)
}

// observePage passes a page to the scope, and returns the number of earlier pages with the
// same text. If the verdict has a sketch of the page's own text, only that is compared: a
// long menu makes all pages of a site similar.
func (d *discovery) observePage(p *Page, v *Verdict) int {
	u, err := url.Parse(p.URL)
	if err != nil || p.Links == nil {
		return 0
	}
	if v.Sketch.Shingles > 0 {
		return d.scope.ObservePage(u, v.Sketch)
	}
	return d.scope.ObservePage(u, p.Links.Sketch)
}

// missing reports whether an expected type has no document yet.
func (d *discovery) missing() bool { return d.ledger.lacks(d.plan.ExpectedTypes, "") }

// worthRendering reports whether the page of an item may be a document. RenderAuto renders
// only such pages.
func (d *discovery) worthRendering(it *frontier.Item) bool {
	return it.Pinned || it.Depth == 0 || it.Score >= legalScore || it.Score >= searchScore && d.missing()
}
