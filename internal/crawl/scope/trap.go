package scope

import (
	"net/url"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/crawl/neardup"
)

// Limits of the streak after which a URL pattern is closed, in consecutive pages that are
// near duplicates of earlier ones. The limit is lower if the URLs look generated, higher for
// links whose text names a document, and highest if the URL itself names one, because a
// document may be in the folder of a trap. No link is exempt: a trap can put the name of a
// document into its links. Once suspiciousPatterns patterns of the crawl are closed, the
// first two limits fall by one, and the text of a link no longer raises the limit. All
// values were chosen by hand.
const (
	closeGenerated     = 2
	closeAfter         = 3
	closeTextNamed     = 4
	closeURLNamed      = 8
	suspiciousPatterns = 4
	maxRecentPages     = 128 // pages of one domain with which a new page is compared
	maxRecentDomains   = 1000
)

// LinkStrength is how strongly a link suggests a legal document.
type LinkStrength int

// The strengths of a link.
const (
	WeakLink          LinkStrength = iota
	TextNamesDocument              // its text names a document
	URLNamesDocument               // its URL names a document
)

// pattern is the state of a URL template.
type pattern struct {
	streak int // consecutive near duplicates
	closed bool
}

// recentPages holds the last distinct pages of a domain.
type recentPages struct {
	pages  []distinctPage
	oldest int // index of the oldest page once there are maxRecentPages
}

// distinctPage is a page that was not a near duplicate of an earlier one.
type distinctPage struct {
	neardup.Sketch
	host   string
	copies int // later near duplicates
}

// ObservePage records a fetched page. It returns the number of near duplicates of an earlier
// page of the domain, including this page. It returns 0 if the page is distinct.
func (s *Scope) ObservePage(u *url.URL, sk neardup.Sketch) (copies int) {
	host := u.Hostname()
	domain := RegistrableDomain(host)
	r := s.recent[domain]
	if r == nil {
		if len(s.recent) >= maxRecentDomains {
			return 0
		}
		r = &recentPages{}
		s.recent[domain] = r
	}
	i := slices.IndexFunc(r.pages, func(p distinctPage) bool { return p.IsNearDuplicate(sk) })
	onOtherHost, mayBeMirror := false, !s.hasDistinctPage(host)
	if i < 0 {
		r.add(distinctPage{Sketch: sk, host: host})
	} else {
		r.pages[i].copies++
		copies = r.pages[i].copies
		onOtherHost = r.pages[i].host != host
	}
	for _, k := range urlTemplates(u) {
		s.recordPattern(k, i >= 0, 1)
	}
	// A host with a distinct page is not a mirror.
	for _, k := range mirrorPatterns(domain, u) {
		if mayBeMirror {
			s.recordPattern(k, onOtherHost, 1)
		}
	}
	return copies
}

// ObserveRedirectLoop records a URL that ended in a redirect loop. Each loop costs several
// requests, so a single one closes the URL's template.
func (s *Scope) ObserveRedirectLoop(u *url.URL) {
	s.recordPattern(urlTemplates(u)[0], true, closeAfter)
}

// add stores a page. If there are maxRecentPages, it replaces the oldest.
func (r *recentPages) add(p distinctPage) {
	if len(r.pages) < maxRecentPages {
		r.pages = append(r.pages, p)
		return
	}
	r.pages[r.oldest] = p
	r.oldest = (r.oldest + 1) % maxRecentPages
}

// recordPattern adds n near duplicates to the streak of a pattern and closes the pattern at
// its limit. If duplicate is false, the page is distinct: it ends the streak and opens the
// pattern.
func (s *Scope) recordPattern(key string, duplicate bool, n int) {
	p := s.patterns[key]
	if p == nil {
		if !duplicate || len(s.patterns) >= maxTracked {
			return
		}
		p = &pattern{}
		s.patterns[key] = p
	}
	if !duplicate {
		if p.closed {
			s.closedPatterns--
		}
		*p = pattern{}
		return
	}
	p.streak += n
	if !p.closed && p.streak >= s.closeThreshold(key) {
		p.closed = true
		s.closedPatterns++
	}
}

// closeThreshold returns the streak at which a pattern is closed.
func (s *Scope) closeThreshold(key string) int {
	n := closeAfter
	if strings.ContainsAny(strings.TrimPrefix(key, "*."), "#*?") { // looks generated
		n = closeGenerated
	}
	if s.closedPatterns >= suspiciousPatterns {
		n--
	}
	return n
}

// Closed reports whether a pattern of u is closed to links of this strength. Call it
// just before the request; call Admit when the URL is discovered.
func (s *Scope) Closed(u *url.URL, strength LinkStrength) bool {
	if s.closedPatterns == 0 {
		return false
	}
	isClosed := func(key string) bool {
		p := s.patterns[key]
		switch {
		case p == nil || !p.closed:
			return false
		case strength == URLNamesDocument:
			return p.streak >= closeURLNamed
		case strength == TextNamesDocument && s.closedPatterns < suspiciousPatterns:
			return p.streak >= closeTextNamed
		}
		return true
	}
	if slices.ContainsFunc(urlTemplates(u), isClosed) {
		return true
	}
	host := u.Hostname()
	if s.hasDistinctPage(host) {
		return false
	}
	m := mirrorPatterns(RegistrableDomain(host), u)
	return slices.ContainsFunc(m[:], isClosed)
}

// hasDistinctPage reports whether one of the recent distinct pages is on a host.
func (s *Scope) hasDistinctPage(host string) bool {
	r := s.recent[RegistrableDomain(host)]
	return r != nil && slices.ContainsFunc(r.pages, func(p distinctPage) bool { return p.host == host })
}

// mirrorPatterns returns two patterns that span the hosts of a domain, for mirrors of a site:
// the path of u on any host, and any path on any host.
func mirrorPatterns(domain string, u *url.URL) [2]string {
	return [2]string{"*." + domain + pathTemplate(u.Path), "*." + domain}
}
