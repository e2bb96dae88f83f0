package scope

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/crawl/neardup"
)

// A pattern of URLs is closed after so many pages in a row that showed what was
// seen before: fewer where its addresses look made by a program, more for links
// that promise a document, and the most where the address itself names one, which
// may stand in a trap's folder. None is exempt: a trap can have a document's words
// in its own links. Once several patterns are closed the site is known for what it
// is, and one page fewer is enough.
const (
	closeMade        = 2
	closeAfter       = 3
	closePromising   = 4
	closeNaming      = 8
	suspicious       = 4   // closed patterns that make a site suspicious
	remembered       = 128 // pages of one domain that new ones are compared with
	maxDomains       = 1000
	maxQueryPatterns = 16 // names of a query that its pattern is made of
)

// LinkStrength is how much a link promises.
type LinkStrength int

// The grades of hope.
const (
	WeakLink          LinkStrength = iota
	TextNamesDocument              // by its text
	URLNamesDocument               // by its address
)

// pattern is what is known of the URLs that have one skeleton.
type pattern struct {
	row    int // pages in a row that showed what was seen before
	closed bool
}

// recent are the last different pages of a domain.
type recent struct {
	pages []shown
	next  int
}

// shown is a page that was not like those before it.
type shown struct {
	neardup.Sketch
	host   string
	copies int
}

// ObservePage takes note of a page that came. copies is how many pages of the same domain
// were like it, 0 where it shows something new.
func (s *Scope) ObservePage(u *url.URL, sk neardup.Sketch) (copies int) {
	host := u.Hostname()
	domain := RegistrableDomain(host)
	r := s.recent[domain]
	if r == nil {
		if len(s.recent) >= maxDomains {
			return 0
		}
		r = &recent{}
		s.recent[domain] = r
	}
	i := slices.IndexFunc(r.pages, func(p shown) bool { return p.IsNearDuplicate(sk) })
	elsewhere, known := false, s.knows(host)
	if i < 0 {
		r.keep(shown{Sketch: sk, host: host})
	} else {
		r.pages[i].copies++
		copies = r.pages[i].copies
		elsewhere = r.pages[i].host != host
	}
	for _, k := range skeletons(u) {
		s.note(k, i >= 0, 1)
	}
	// A host that has shown something of its own says nothing about new ones.
	for _, k := range mirrors(domain, u) {
		if !known {
			s.note(k, elsewhere, 1)
		}
	}
	return copies
}

// ObserveRedirectLoop takes note of a URL that led round in circles and to no page. One such is
// enough to close the addresses of its shape: each costs several requests.
func (s *Scope) ObserveRedirectLoop(u *url.URL) { s.note(skeletons(u)[0], true, closeAfter) }

func (r *recent) keep(p shown) {
	if len(r.pages) < remembered {
		r.pages = append(r.pages, p)
		return
	}
	r.pages[r.next] = p
	r.next = (r.next + 1) % remembered
}

// note counts n pages of a pattern: again is whether they showed what was seen before.
func (s *Scope) note(key string, again bool, n int) {
	p := s.patterns[key]
	if p == nil {
		if !again || len(s.patterns) >= maxTracked {
			return
		}
		p = &pattern{}
		s.patterns[key] = p
	}
	if !again {
		if p.closed {
			s.closed--
		}
		*p = pattern{}
		return
	}
	p.row += n
	if !p.closed && p.row >= s.bound(key) {
		p.closed = true
		s.closed++
	}
}

// bound is after how many copies a pattern is closed.
func (s *Scope) bound(key string) int {
	n := closeAfter
	if strings.ContainsAny(strings.TrimPrefix(key, "*."), "#*?") {
		n = closeMade
	}
	if s.closed >= suspicious {
		n--
	}
	return n
}

// Closed says whether the pages of u's pattern showed the same so often that
// another one is not worth a request, for what its link promises. It is asked just
// before the request; Check is asked when the URL is found.
func (s *Scope) Closed(u *url.URL, hope LinkStrength) bool {
	if s.closed == 0 {
		return false
	}
	shut := func(key string) bool {
		p := s.patterns[key]
		switch {
		case p == nil || !p.closed:
			return false
		case hope == URLNamesDocument:
			return p.row >= closeNaming
		case hope == TextNamesDocument && s.closed < suspicious:
			return p.row >= closePromising
		}
		return true
	}
	if slices.ContainsFunc(skeletons(u), shut) {
		return true
	}
	host := u.Hostname()
	if s.knows(host) {
		return false
	}
	m := mirrors(RegistrableDomain(host), u)
	return slices.ContainsFunc(m[:], shut)
}

// knows says whether a host has shown a page that no other had.
func (s *Scope) knows(host string) bool {
	r := s.recent[RegistrableDomain(host)]
	return r != nil && slices.ContainsFunc(r.pages, func(p shown) bool { return p.host == host })
}

// mirrors are the patterns of one path, and of any path, on any host of a domain.
func mirrors(domain string, u *url.URL) [2]string {
	return [2]string{"*." + domain + collapse(u.Path), "*." + domain}
}

// skeletons are the patterns that a URL is one of: its own shape, its folder, the
// shape of its path up to the first part that looks made up, where more follows
// it, and its path with any query.
func skeletons(u *url.URL) []string {
	whole, _, _ := strings.Cut(u.Path, ";") // what follows is a session's name, mostly
	shape := u.Hostname() + collapse(whole)
	out := make([]string, 1, 4)
	out[0] = shape
	if dir := path.Dir(strings.TrimSuffix(u.Path, "/")); len(dir) > 1 {
		out = append(out, u.Hostname()+collapse(dir)+"/")
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
			names = append(names, collapse(name))
			if len(names) == maxQueryPatterns {
				break
			}
		}
		slices.Sort(names)
		out[0] += "?" + strings.Join(slices.Compact(names), "&")
		out = append(out, shape+"?")
	}
	return out
}

// collapse puts "#" for each run of digits, and "*" for each part of a path or a
// host's name that has digits among its letters and is long, as names of sessions
// and hashes are.
func collapse(p string) string {
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
		b.WriteString(collapsePart(part))
		i = j
	}
	return b.String()
}

// made is how long a part with digits in it is that nobody wrote.
const made = 8

func collapsePart(s string) string {
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
	case digits > 1 && len(s) >= made && (others == 0 || len(s) >= 3*made):
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
