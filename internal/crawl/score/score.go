// Package score says how likely a link leads to a legal document, from its URL
// and its text alone, in many languages. It is pure.
package score

import (
	"net/url"
	"strings"
)

// Link scores a link from 0 (surely not) to 1: its URL, its text, the region of
// the page it stands in, and how many links it is from a seed.
func Link(raw, text, region string, depth int) float64 {
	path := pathOf(raw)
	words := normal(text)
	s := combine(match(path), match(words)*fewWords(words))
	if s == 0 {
		s = base
		if region == "footer" {
			s += base
		}
	}
	s *= penalty(path, words)
	if region == "footer" {
		s = 1 - (1-s)*0.9
	}
	for range min(max(depth-1, 0), 4) {
		s *= 0.93
	}
	return s
}

// URL scores an address of which nothing else is known, such as a sitemap's.
func URL(raw string) float64 {
	path := pathOf(raw)
	return match(path) * penalty(path, "")
}

// base is the score of a link that says nothing.
const base = 0.02

// combine takes two independent hints for one.
func combine(a, b float64) float64 { return 1 - (1-a)*(1-b) }

// match is the weight of the strongest phrase in s.
func match(s string) float64 {
	best := 0.0
	for i := range topics {
		t := &topics[i]
		if t.weight > best && t.in(s) {
			best = t.weight
		}
	}
	return best
}

// fewWords lowers long texts: a headline that mentions privacy is no link to a policy.
func fewWords(s string) float64 {
	switch n := strings.Count(s, " ") - 1; {
	case n <= 6:
		return 1
	case n <= 10:
		return 0.7
	default:
		return 0.35
	}
}

// penalty lowers places where legal words mean something else.
func penalty(path, text string) float64 {
	p := 1.0
	for _, w := range elsewhere {
		if strings.Contains(path, w) {
			p *= 0.25
			break
		}
	}
	for _, w := range stale {
		if strings.Contains(path, w) {
			p *= 0.6
			break
		}
	}
	for _, w := range doors {
		if strings.Contains(path, w) || strings.Contains(text, w) {
			p *= 0.15
			break
		}
	}
	return p
}

// Topic is the coarse topic of a link, empty if it has none.
func Topic(raw, text string) string {
	words, path := normal(text), pathOf(raw)
	best, topic := 0.0, ""
	for i := range topics {
		t := &topics[i]
		if t.weight > best && (t.in(words) || t.in(path)) {
			best, topic = t.weight, t.name
		}
	}
	return topic
}

// pathOf is a URL's path and query as words between spaces. Of the query the
// values of return addresses are left out: a login page that leads back to a
// policy is no policy.
func pathOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	p := u.Path
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		switch strings.ToLower(name) {
		case "return_to", "returnurl", "return", "redirect", "redirect_uri", "next", "continue", "url", "dest", "r", "ref":
		default:
			p += " " + value
		}
	}
	host := strings.TrimPrefix(u.Hostname(), "www.")
	label, _, _ := strings.Cut(host, ".")
	switch label {
	case "legal", "privacy", "policies", "trust", "terms", "policy":
		p = label + " " + p
	}
	return normal(p)
}

// normal lowers s and puts one space for each run of separators, and around it,
// so that " dpa " is found as a word.
func normal(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte(' ')
	space, lower := true, false
	for _, r := range s {
		switch {
		case r >= 'A' && r <= 'Z':
			if lower && !space { // camelCase
				b.WriteByte(' ')
			}
			b.WriteRune(r + 0x20)
			space, lower = false, false
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 0x7f && r != ' ' && r != '–' && r != '’':
			b.WriteString(strings.ToLower(string(r)))
			space, lower = false, r >= 'a' && r <= 'z'
		default:
			if !space {
				b.WriteByte(' ')
			}
			space, lower = true, false
		}
	}
	if !space {
		b.WriteByte(' ')
	}
	return b.String()
}
