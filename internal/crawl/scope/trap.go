package scope

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/crawl/neardup"
)

// A pattern of URLs is closed after a streak of pages that are near duplicates of earlier
// ones. The limit is lower if the URLs look generated, higher for links whose text names
// a document, and highest if the URL itself names one, because a document may be in the
// folder of a trap. No link is exempt: a trap can put a document's name into its links.
// Once several patterns of a site are closed, the limits fall by one.
const (
	closeGenerated     = 2
	closeAfter         = 3
	closeTextNamed     = 4
	closeURLNamed      = 8
	suspiciousPatterns = 4   // closed patterns from which a site is suspicious
	maxRecentPages     = 128 // pages of one domain that a new page is compared with
	maxRecentDomains   = 1000
	maxQueryNames      = 16 // query names in a template
)

// LinkStrength is how strongly a link suggests a legal document.
type LinkStrength int

// The strengths of a link.
const (
	WeakLink          LinkStrength = iota
	TextNamesDocument              // its text names a document
	URLNamesDocument               // its URL names a document
)

// pattern counts the pages of one URL template.
type pattern struct {
	streak int // consecutive near duplicates
	closed bool
}

// recentPages holds the last distinct pages of a domain.
type recentPages struct {
	pages  []seenPage
	oldest int
}

// seenPage is a page that was no near duplicate of earlier ones.
type seenPage struct {
	neardup.Sketch
	host   string
	copies int
}

// ObservePage records a fetched page. It returns how many near duplicates of the page the
// same domain has had, 0 if the page is distinct.
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
	i := slices.IndexFunc(r.pages, func(p seenPage) bool { return p.IsNearDuplicate(sk) })
	onOtherHost, known := false, s.hasOwnPage(host)
	if i < 0 {
		r.add(seenPage{Sketch: sk, host: host})
	} else {
		r.pages[i].copies++
		copies = r.pages[i].copies
		onOtherHost = r.pages[i].host != host
	}
	for _, k := range urlTemplates(u) {
		s.recordPattern(k, i >= 0, 1)
	}
	// A host with a distinct page tells nothing about new hosts.
	for _, k := range mirrorPatterns(domain, u) {
		if !known {
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
func (r *recentPages) add(p seenPage) {
	if len(r.pages) < maxRecentPages {
		r.pages = append(r.pages, p)
		return
	}
	r.pages[r.oldest] = p
	r.oldest = (r.oldest + 1) % maxRecentPages
}

// recordPattern adds n pages to the pattern with the given key. duplicate is whether they
// were near duplicates of earlier pages.
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

// closeThreshold returns the streak of near duplicates at which a pattern is closed.
func (s *Scope) closeThreshold(key string) int {
	n := closeAfter
	if strings.ContainsAny(strings.TrimPrefix(key, "*."), "#*?") {
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
	if s.hasOwnPage(host) {
		return false
	}
	m := mirrorPatterns(RegistrableDomain(host), u)
	return slices.ContainsFunc(m[:], isClosed)
}

// hasOwnPage reports whether a host was the first of its domain to show some page.
func (s *Scope) hasOwnPage(host string) bool {
	r := s.recent[RegistrableDomain(host)]
	return r != nil && slices.ContainsFunc(r.pages, func(p seenPage) bool { return p.host == host })
}

// mirrorPatterns returns the patterns of a path on any host of a domain, and of any path
// on any host of it.
func mirrorPatterns(domain string, u *url.URL) [2]string {
	return [2]string{"*." + domain + pathTemplate(u.Path), "*." + domain}
}

// urlTemplates returns the patterns that a URL belongs to: the template of the whole URL,
// of its folder, of its path up to the first generated segment that has further segments,
// and of its path with any query.
func urlTemplates(u *url.URL) []string {
	whole, _, _ := strings.Cut(u.Path, ";") // path parameters mostly hold session IDs
	shape := u.Hostname() + pathTemplate(whole)
	out := make([]string, 1, 4)
	out[0] = shape
	if dir := path.Dir(strings.TrimSuffix(u.Path, "/")); len(dir) > 1 {
		out = append(out, u.Hostname()+pathTemplate(dir)+"/")
	}
	if i := strings.IndexAny(shape, "#*"); i >= 0 {
		if j := strings.IndexByte(shape[i:], '/'); j >= 0 && i+j+1 < len(shape) {
			out = append(out, shape[:i+j]+"/…")
		}
	}
	if u.RawQuery != "" {
		var names []string
		for part := range strings.SplitSeq(u.RawQuery, "&") {
			name, _, _ := strings.Cut(part, "=")
			names = append(names, pathTemplate(name))
			if len(names) == maxQueryNames {
				break
			}
		}
		slices.Sort(names)
		out[0] += "?" + strings.Join(slices.Compact(names), "&")
		out = append(out, shape+"?")
	}
	return out
}

// pathTemplate replaces each run of digits with "#". It replaces a generated segment, which
// is long and mixes digits and letters as session IDs and hashes do, with "*". It accepts
// a path or a host name.
func pathTemplate(p string) string {
	if !strings.ContainsAny(p, "0123456789") {
		return p
	}
	var b strings.Builder
	for i := 0; i < len(p); {
		j := i + 1
		for j < len(p) && p[j] != '/' && p[j] != '.' {
			j++
		}
		part := p[i:j]
		if part[0] == '/' || part[0] == '.' {
			b.WriteByte(part[0])
			part = part[1:]
		}
		b.WriteString(segmentTemplate(part))
		i = j
	}
	return b.String()
}

// minGeneratedSegment is the shortest segment with digits that counts as generated, in bytes.
const minGeneratedSegment = 8

// segmentTemplate is pathTemplate for one segment.
func segmentTemplate(s string) string {
	letters, digits, others := 0, 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letters++
		default:
			others++
		}
	}
	switch {
	case digits == 0:
		return s
	case letters == 0 && others == 0:
		return "#"
	case digits > 1 && len(s) >= minGeneratedSegment && (others == 0 || len(s) >= 3*minGeneratedSegment):
		return "*"
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			b.WriteByte(s[i])
		} else if i == 0 || s[i-1] < '0' || s[i-1] > '9' {
			b.WriteByte('#')
		}
	}
	return b.String()
}
