// Package robots parses robots.txt files by RFC 9309 and decides which paths a crawler
// may fetch. It does no I/O.
package robots

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// MaxBytes is the number of bytes of a file that Parse reads. RFC 9309 section 2.5 requires
// at least 500 KiB and permits ignoring the rest.
const MaxBytes = 500 << 10

// maxSitemaps limits the Sitemap lines of a file. It was chosen by hand.
const maxSitemaps = 200

// Rules is the parsed robots.txt of a host. The zero value allows everything.
type Rules struct {
	groups []group
	// Sitemaps are the values of the Sitemap lines, as written.
	Sitemaps []string
	// Unreachable means that the file could not be fetched (429, 5xx or no response). The
	// whole host is disallowed then (RFC 9309 section 2.3.1.4).
	Unreachable bool
}

// group is one group of user agents and their rules.
type group struct {
	agents []string
	rules  []rule
	delay  time.Duration
}

type rule struct {
	allow   bool
	pattern string
}

// Group holds the rules that apply to one crawler. The zero value allows everything.
type Group struct {
	rules       []rule
	disallowAll bool
	// CrawlDelay is the group's Crawl-delay, which is not part of the RFC. 0 means none.
	CrawlDelay time.Duration
}

// FromStatus returns the rules of a host whose robots.txt request failed with err or
// returned a status other than 2xx. 5xx and no response (status 0) disallow everything
// (RFC 9309 section 2.3.1.4). So does 429, as is the practice of large crawlers. Any other
// status, such as 404, allows everything (section 2.3.1.3).
func FromStatus(status int, err error) *Rules {
	if err != nil || status == http.StatusTooManyRequests || status >= 500 || status == 0 {
		return &Rules{Unreachable: true}
	}
	return &Rules{}
}

// Parse parses a file up to MaxBytes. It skips lines that it cannot interpret.
func Parse(body []byte) *Rules {
	body = decode(truncate(body))
	r := &Rules{}
	var current *group  // receives the rules
	afterAgent := false // the previous line was a User-agent line
	for len(body) > 0 {
		var line []byte
		line, body = cutLine(body)
		key, value, ok := parseLine(line)
		if !ok {
			continue
		}
		switch key {
		case "user-agent":
			if !afterAgent {
				r.groups = append(r.groups, group{})
				current = &r.groups[len(r.groups)-1]
			}
			current.agents = append(current.agents, productToken(value))
			afterAgent = true
		case "allow", "disallow":
			afterAgent = false
			if current != nil && value != "" {
				current.rules = append(current.rules, rule{allow: key == "allow", pattern: normalizePattern(value)})
			}
		case "crawl-delay": // records other than rules do not end a list of agents (section 2.2.4)
			if current != nil {
				if s, err := strconv.ParseFloat(value, 64); err == nil && s > 0 && s < 1e6 {
					current.delay = time.Duration(s * float64(time.Second))
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

// truncate cuts a file to MaxBytes and removes a line that the cut split, because its first
// half may be a different rule.
func truncate(body []byte) []byte {
	if len(body) <= MaxBytes {
		return body
	}
	body = body[:MaxBytes]
	return body[:bytes.LastIndexAny(body, "\r\n")+1]
}

// decode removes a byte order mark. The RFC requires UTF-8. A file with the byte order mark
// of UTF-16 is decoded as UTF-16.
func decode(body []byte) []byte {
	if bytes.HasPrefix(body, []byte("\xff\xfe")) || bytes.HasPrefix(body, []byte("\xfe\xff")) {
		if out, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), body); err == nil {
			return out
		}
	}
	return bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
}

// cutLine splits b after its first line.
func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexAny(b, "\r\n")
	if i < 0 {
		return b, nil
	}
	return b[:i], b[i+1:]
}

// parseLine splits "key: value # comment". Like Google's parser, it accepts white space in
// place of the colon and common misspellings of keys.
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

// productToken returns the product token of a User-agent value in lower case: letters, "-"
// and "_" (section 2.2.1), or "*".
func productToken(v string) string {
	if v == "*" || strings.HasPrefix(v, "*") && (len(v) == 1 || v[1] == ' ' || v[1] == '\t') {
		return "*"
	}
	i := 0
	for i < len(v) && (v[i]|0x20 >= 'a' && v[i]|0x20 <= 'z' || v[i] == '-' || v[i] == '_') {
		i++
	}
	return strings.ToLower(v[:i])
}

// GroupFor returns the rules for the crawler with a product token, ignoring case. It merges
// all groups that name the token, or those of "*" if none does (section 2.2.1).
func (r *Rules) GroupFor(token string) *Group {
	g := &Group{disallowAll: r.Unreachable}
	token = strings.ToLower(token)
	if !r.mergeInto(g, token) {
		r.mergeInto(g, "*")
	}
	return g
}

// mergeInto adds the groups of token to g and reports whether there are any.
func (r *Rules) mergeInto(g *Group, token string) bool {
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

// Allowed reports whether the crawler may fetch the path and query of a URL, as sent. It
// also returns the pattern that decided, "" if none matched. The longest pattern wins, and
// Allow wins a tie. /robots.txt is always allowed (section 2.2.2).
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
	p := normalizePath(pathAndQuery)
	if p == "" || p[0] != '/' {
		p = "/" + p
	}
	plain := decodeQuery(p)
	best, allowed := -1, true
	for i := range g.rules {
		r := &g.rules[i]
		n := len(r.pattern)
		if n < best || n == best && (allowed || !r.allow) || !match(r.pattern, p) && !match(decodeQuery(r.pattern), plain) {
			continue
		}
		best, allowed, pattern = n, r.allow, r.pattern
	}
	return allowed, pattern
}

// match reports whether a pattern with * and a final $ matches the beginning of p. The first
// occurrence of each part suffices, so the time is bounded by the product of both lengths.
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
