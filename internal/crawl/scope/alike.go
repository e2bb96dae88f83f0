package scope

import (
	"net/url"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/crawl/likeness"
)

// A pattern of URLs is closed after so many pages in a row that showed what was
// seen before: the first bound is for links that promise nothing, the second for
// those that do, since a trap can have a document's words in its URLs.
const (
	closeAfter       = 3
	closeAfterHopes  = 8
	remembered       = 128 // pages of one domain that new ones are compared with
	maxDomains       = 1000
	maxQueryPatterns = 16 // names of a query that its pattern is made of
)

// pattern is what is known of the URLs that have one skeleton.
type pattern struct{ row int }

// recent are the last different pages of a domain.
type recent struct {
	pages []shown
	next  int
}

// shown is a page that was not like those before it.
type shown struct {
	likeness.Sketch
	host   string
	copies int
}

// Took takes note of a page that came. copies is how many pages of the same domain
// were like it, 0 where it shows something new.
func (s *Scope) Took(u *url.URL, sk likeness.Sketch) (copies int) {
	host := u.Hostname()
	domain := Registrable(host)
	r := s.recent[domain]
	if r == nil {
		if len(s.recent) >= maxDomains {
			return 0
		}
		r = &recent{}
		s.recent[domain] = r
	}
	i := slices.IndexFunc(r.pages, func(p shown) bool { return p.Same(sk) })
	elsewhere := false
	if i < 0 {
		r.keep(shown{Sketch: sk, host: host})
	} else {
		r.pages[i].copies++
		copies = r.pages[i].copies
		elsewhere = r.pages[i].host != host
	}
	for _, k := range skeletons(u) {
		s.note(k, i >= 0)
	}
	for _, k := range mirrors(domain, u) {
		s.note(k, elsewhere)
	}
	return copies
}

// Vain takes note of a URL that led round in circles and to no page.
func (s *Scope) Vain(u *url.URL) {
	for _, k := range skeletons(u) {
		s.note(k, true)
	}
}

func (r *recent) keep(p shown) {
	if len(r.pages) < remembered {
		r.pages = append(r.pages, p)
		return
	}
	r.pages[r.next] = p
	r.next = (r.next + 1) % remembered
}

// note counts a page of a pattern: again is whether it showed what was seen before.
func (s *Scope) note(key string, again bool) {
	p := s.patterns[key]
	if p == nil {
		if !again || len(s.patterns) >= maxTracked {
			return
		}
		p = &pattern{}
		s.patterns[key] = p
	}
	was := p.row >= closeAfter
	if again {
		p.row++
	} else {
		p.row = 0
	}
	if now := p.row >= closeAfter; now != was {
		if now {
			s.closed++
		} else {
			s.closed--
		}
	}
}

// Closed says whether the pages of u's pattern showed the same so often that
// another one is not worth a request. It is asked just before the request; Check
// is asked when the URL is found.
func (s *Scope) Closed(u *url.URL, promising bool) bool {
	if s.closed == 0 {
		return false
	}
	limit := closeAfter
	if promising {
		limit = closeAfterHopes
	}
	for _, k := range skeletons(u) {
		if p := s.patterns[k]; p != nil && p.row >= limit {
			return true
		}
	}
	host := u.Hostname()
	if s.knows(host) {
		return false
	}
	for _, k := range mirrors(Registrable(host), u) {
		if p := s.patterns[k]; p != nil && p.row >= limit {
			return true
		}
	}
	return false
}

// knows says whether a host has shown a page that no other had.
func (s *Scope) knows(host string) bool {
	r := s.recent[Registrable(host)]
	return r != nil && slices.ContainsFunc(r.pages, func(p shown) bool { return p.host == host })
}

// mirrors are the patterns of one path, and of any path, on any host of a domain.
func mirrors(domain string, u *url.URL) [2]string {
	return [2]string{"*." + domain + collapse(u.Path), "*." + domain}
}

// skeletons are the patterns that a URL is one of: its own shape, and the shape of
// its path up to the first part that looks made up, where more follows it.
func skeletons(u *url.URL) []string {
	shape := u.Hostname() + collapse(u.Path)
	out := make([]string, 1, 2)
	out[0] = shape
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
	}
	return out
}

// collapse puts "#" for each run of digits, and "*" for each part of a path or a
// host's name that has digits among its letters and is long, as names of sessions
// and hashes are. Parameters within a path lose their values.
func collapse(p string) string {
	if !strings.ContainsAny(p, "0123456789;") {
		return p
	}
	var b strings.Builder
	for i := 0; i < len(p); {
		j := i + 1
		for j < len(p) && p[j] != '/' && p[j] != '.' && p[j] != ';' {
			j++
		}
		part := p[i:j]
		if part[0] == '/' || part[0] == '.' || part[0] == ';' {
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
	if name, _, ok := strings.Cut(s, "="); ok {
		return name + "="
	}
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
