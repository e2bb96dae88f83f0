// Package robots reads robots.txt by RFC 9309 and answers which paths a crawler
// may fetch. It is pure: bytes in, answers out.
package robots

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// MaxBytes is how much of a file is read: RFC 9309 section 2.5 asks for at least
// 500 KiB and lets the rest be dropped.
const MaxBytes = 500 << 10

// maxSitemaps bounds the Sitemap lines of one file.
const maxSitemaps = 200

// Rules are one host's parsed robots.txt.
type Rules struct {
	groups []group
	// Sitemaps are the values of its Sitemap lines, as written.
	Sitemaps []string
	// Unreachable says that the file could not be had (429, 5xx or no answer),
	// so that the whole host is disallowed (RFC 9309 section 2.3.1.4).
	Unreachable bool
}

type group struct {
	agents []string
	rules  []rule
	delay  time.Duration
}

type rule struct {
	allow   bool
	pattern string
}

// Group are the rules for one crawler.
type Group struct {
	rules       []rule
	disallowAll bool
	// CrawlDelay is the group's Crawl-delay (no part of the RFC), 0 if none.
	CrawlDelay time.Duration
}

// FromStatus gives the rules of a host whose robots.txt was answered with status
// (not 2xx) or with err: 4xx allows all (section 2.3.1.3), 429, 5xx and no answer
// disallow all (section 2.3.1.4; 429 as 5xx is the large crawlers' practice).
func FromStatus(status int, err error) *Rules {
	if err != nil || status == http.StatusTooManyRequests || status >= 500 || status == 0 {
		return &Rules{Unreachable: true}
	}
	return &Rules{}
}

// Parse reads a file. Lines that make no sense are passed over.
func Parse(body []byte) *Rules {
	body = decode(bound(body))
	r := &Rules{}
	var open *group // the group that rules go into
	naming := false // the line before was a User-agent line
	for len(body) > 0 {
		var line []byte
		line, body = cutLine(body)
		key, value, ok := parseLine(line)
		if !ok {
			continue
		}
		switch key {
		case "user-agent":
			if !naming {
				r.groups = append(r.groups, group{})
				open = &r.groups[len(r.groups)-1]
			}
			open.agents = append(open.agents, product(value))
			naming = true
		case "allow", "disallow":
			naming = false
			if open != nil && value != "" {
				open.rules = append(open.rules, rule{allow: key == "allow", pattern: normalise(value)})
			}
		case "crawl-delay": // as any record but a rule it ends no line of agents (section 2.2.4)
			if open != nil {
				if s, err := strconv.ParseFloat(value, 64); err == nil && s > 0 && s < 1e6 {
					open.delay = time.Duration(s * float64(time.Second))
				}
			}
		case "sitemap":
			if len(r.Sitemaps) < maxSitemaps {
				r.Sitemaps = append(r.Sitemaps, value)
			}
		}
	}
	return r
}

// bound cuts a file to MaxBytes, and a line that is cut in two off with the rest:
// its first half may be another rule.
func bound(body []byte) []byte {
	if len(body) <= MaxBytes {
		return body
	}
	body = body[:MaxBytes]
	return body[:bytes.LastIndexAny(body, "\r\n")+1]
}

// decode takes a byte order mark off. The RFC has the file in UTF-8; one that says
// it is in UTF-16 is read as that, for its owner means what it says.
func decode(body []byte) []byte {
	if bytes.HasPrefix(body, []byte("\xff\xfe")) || bytes.HasPrefix(body, []byte("\xfe\xff")) {
		if out, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), body); err == nil {
			return out
		}
	}
	return bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
}

func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexAny(b, "\r\n")
	if i < 0 {
		return b, nil
	}
	return b[:i], b[i+1:]
}

// parseLine splits "key: value # comment"; some files have a blank for the colon.
func parseLine(line []byte) (key, value string, ok bool) {
	if i := bytes.IndexByte(line, '#'); i >= 0 {
		line = line[:i]
	}
	s := strings.TrimSpace(string(line))
	k, v, ok := strings.Cut(s, ":")
	if !ok {
		f := strings.Fields(s)
		if len(f) != 2 {
			return "", "", false
		}
		k, v = f[0], f[1]
	}
	k = strings.ToLower(strings.TrimSpace(k))
	switch k {
	case "useragent", "user agent":
		k = "user-agent"
	case "dissallow", "dissalow", "disalow", "diasllow", "disallaw":
		k = "disallow"
	}
	return k, strings.TrimSpace(v), true
}

// product is the product token of a User-agent value in lower case: letters, "-"
// and "_" (section 2.2.1), or "*".
func product(v string) string {
	if v == "*" || strings.HasPrefix(v, "*") && (len(v) == 1 || v[1] == ' ' || v[1] == '\t') {
		return "*"
	}
	i := 0
	for i < len(v) && (v[i]|0x20 >= 'a' && v[i]|0x20 <= 'z' || v[i] == '-' || v[i] == '_') {
		i++
	}
	return strings.ToLower(v[:i])
}

// GroupFor merges the groups that name token, or else those of "*" (section 2.2.1).
func (r *Rules) GroupFor(token string) *Group {
	g := &Group{disallowAll: r.Unreachable}
	token = strings.ToLower(token)
	if !r.merge(g, token) {
		r.merge(g, "*")
	}
	return g
}

func (r *Rules) merge(g *Group, token string) bool {
	found := false
	for _, have := range r.groups {
		for _, a := range have.agents {
			if a == token {
				found = true
				g.rules = append(g.rules, have.rules...)
				g.CrawlDelay = max(g.CrawlDelay, have.delay)
				break
			}
		}
	}
	return found
}

// Allowed says whether the path and query of a URL, as they are sent, may be
// fetched, and by which pattern ("" where none matched). The longest pattern
// wins, an Allow wins a tie, and /robots.txt is always allowed (section 2.2.2).
func (g *Group) Allowed(pathAndQuery string) (ok bool, pattern string) {
	if pathAndQuery == "/robots.txt" {
		return true, ""
	}
	if g.disallowAll {
		return false, "/"
	}
	if len(g.rules) == 0 {
		return true, ""
	}
	p := normalise(pathAndQuery)
	if p == "" || p[0] != '/' {
		p = "/" + p
	}
	best, allowed := -1, true
	for i := range g.rules {
		r := &g.rules[i]
		n := len(r.pattern)
		if n < best || n == best && (allowed || !r.allow) || !match(r.pattern, p) {
			continue
		}
		best, allowed, pattern = n, r.allow, r.pattern
	}
	return allowed, pattern
}

// match says whether a pattern with * and a final $ matches the beginning of p.
// It takes the earliest place for each part, which is enough, and so its time is
// bounded by the lengths' product.
func match(pattern, p string) bool {
	anchored := strings.HasSuffix(pattern, "$")
	pattern = strings.TrimSuffix(pattern, "$")
	first, rest, star := strings.Cut(pattern, "*")
	if !strings.HasPrefix(p, first) {
		return false
	}
	p = p[len(first):]
	for star {
		var part string
		part, rest, star = strings.Cut(rest, "*")
		if !star && anchored {
			return strings.HasSuffix(p, part)
		}
		i := strings.Index(p, part)
		if i < 0 {
			return false
		}
		p = p[i+len(part):]
	}
	return !anchored || p == ""
}

// normalise percent-encodes what is not ASCII and writes escapes in upper case,
// so that both sides are compared octet by octet (section 2.2.2).
func normalise(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ {
		clean = s[i] < utf8.RuneSelf && s[i] != '%'
	}
	if clean {
		return s
	}
	const digits = "0123456789ABCDEF"
	b := make([]byte, 0, len(s)+16)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			b = append(b, '%', digits[c>>4], digits[c&15])
		case c == '%' && i+2 < len(s):
			b = append(b, '%', upper(s[i+1]), upper(s[i+2]))
			i += 2
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'f' {
		return c - 0x20
	}
	return c
}
