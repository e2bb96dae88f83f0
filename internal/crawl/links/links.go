// Package links reads what a crawl needs of an HTML page in one pass of the
// tokenizer: links with their text and place, and the few tags that steer
// crawlers. No tree is built: most pages are no document, and a tree costs three
// times as much.
package links

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Page is what the pass found.
type Page struct {
	Title, Lang string
	Base        *url.URL
	Canonical   string
	Alternates  []Alternate
	NoIndex     bool
	NoFollow    bool
	Refresh     string // where a meta refresh leads
	Links       []Link
	TextBytes   int // bytes of text outside script and style
	ScriptBytes int
	Truncated   bool // there were more links than max
}

// Alternate is one link rel=alternate hreflang.
type Alternate struct{ Lang, URL string }

// Link is one outgoing link, resolved and canonical.
type Link struct {
	URL    string
	Text   string // at most maxText bytes
	Region string // header, nav, main, footer or empty
	Rel    string
}

// maxText bounds a link's text and a page's title, in bytes.
const maxText = 200

// Resolve makes a reference absolute and canonical; an error leaves the link out.
type Resolve func(base *url.URL, ref string) (string, error)

// Scan reads body, which is UTF-8, and at most limit links of it. It never fails:
// what a broken page still has is read.
func Scan(body []byte, base *url.URL, limit int, resolve Resolve) *Page {
	s := &scanner{page: &Page{Base: base}, base: base, limit: limit, resolve: resolve, at: map[string]int{}}
	z := html.NewTokenizer(bytes.NewReader(body))
	z.SetMaxBuf(1 << 20)
	for {
		switch z.Next() {
		case html.ErrorToken:
			s.closeLink()
			return s.page
		case html.StartTagToken, html.SelfClosingTagToken:
			s.open(z)
		case html.EndTagToken:
			name, _ := z.TagName()
			s.close(atom.Lookup(name))
		case html.TextToken:
			s.text(z.Text())
		}
	}
}

type scanner struct {
	page    *Page
	base    *url.URL
	limit   int
	resolve Resolve
	at      map[string]int // URL to its place in page.Links

	raw     atom.Atom // script or style that is open
	title   bool
	href    string // of the open link
	rel     string
	label   string // its aria-label, title or image's alt
	buf     []byte // its text
	regions []string
}

func (s *scanner) open(z *html.Tokenizer) {
	name, more := z.TagName()
	tag := atom.Lookup(name)
	switch tag {
	case atom.A, atom.Area:
		s.closeLink()
		s.openLink(z, more)
		if tag == atom.Area {
			s.closeLink()
		}
	case atom.Img:
		if s.href != "" && s.label == "" {
			s.label = attr(z, more, "alt")
		}
	case atom.Base:
		if u, err := s.base.Parse(attr(z, more, "href")); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
			s.base, s.page.Base = u, u
		}
	case atom.Link:
		s.linkTag(attrs(z, more))
	case atom.Meta:
		s.meta(attrs(z, more))
	case atom.Html:
		s.page.Lang = attr(z, more, "lang")
	case atom.Script, atom.Style, atom.Noscript:
		if tag != atom.Noscript {
			s.raw = tag
		}
	case atom.Title:
		s.title = s.page.Title == ""
	case atom.Header, atom.Nav, atom.Main, atom.Footer:
		if len(s.regions) < 64 {
			s.regions = append(s.regions, tag.String())
		}
	case atom.Div, atom.Section:
		// Many sites mark their footer by its class or id alone.
		if more && len(s.regions) < 64 {
			if a := attrs(z, more); strings.Contains(strings.ToLower(a["id"]), "footer") || strings.EqualFold(a["role"], "contentinfo") {
				s.regions = append(s.regions, "footer")
			}
		}
	}
}

func (s *scanner) close(tag atom.Atom) {
	switch tag {
	case atom.A:
		s.closeLink()
	case atom.Script, atom.Style:
		s.raw = 0
	case atom.Title:
		s.title = false
	case atom.Header, atom.Nav, atom.Main, atom.Footer:
		for i := len(s.regions) - 1; i >= 0; i-- {
			if s.regions[i] == tag.String() {
				s.regions = s.regions[:i]
				break
			}
		}
	}
}

func (s *scanner) text(b []byte) {
	if s.raw != 0 {
		s.page.ScriptBytes += len(b)
		return
	}
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return
	}
	if s.title {
		s.page.Title = fold(html.UnescapeString(string(b)))
		return
	}
	s.page.TextBytes += len(b)
	if s.href != "" && len(s.buf) < maxText {
		s.buf = append(append(s.buf, ' '), b[:min(len(b), maxText)]...)
	}
}

func (s *scanner) openLink(z *html.Tokenizer, more bool) {
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "href":
			s.href = strings.TrimSpace(string(v))
		case "data-href":
			if s.href == "" {
				s.href = strings.TrimSpace(string(v))
			}
		case "rel":
			s.rel = string(v)
		case "aria-label":
			s.label = string(v)
		case "title", "alt":
			if s.label == "" {
				s.label = string(v)
			}
		}
	}
	if s.href == "" || s.href[0] == '#' || hasScheme(s.href, "javascript:") || hasScheme(s.href, "mailto:") || hasScheme(s.href, "tel:") || hasScheme(s.href, "data:") {
		s.href, s.rel, s.label = "", "", ""
	}
}

func hasScheme(ref, scheme string) bool {
	return len(ref) >= len(scheme) && strings.EqualFold(ref[:len(scheme)], scheme)
}

// closeLink ends the open link and keeps it, once a URL with its best text.
func (s *scanner) closeLink() {
	if s.href == "" {
		return
	}
	text := fold(html.UnescapeString(string(s.buf)))
	if text == "" {
		text = fold(s.label)
	}
	s.add(s.href, text, s.rel)
	s.href, s.rel, s.label, s.buf = "", "", "", s.buf[:0]
}

func (s *scanner) add(ref, text, rel string) {
	to, err := s.resolve(s.base, ref)
	if err != nil {
		return
	}
	region := ""
	if n := len(s.regions); n > 0 {
		region = s.regions[n-1]
	}
	if i, ok := s.at[to]; ok {
		l := &s.page.Links[i]
		if l.Text == "" {
			l.Text = text
		}
		if region == "footer" {
			l.Region = region
		}
		return
	}
	if len(s.page.Links) >= s.limit {
		s.page.Truncated = true
		return
	}
	s.at[to] = len(s.page.Links)
	s.page.Links = append(s.page.Links, Link{URL: to, Text: text, Region: region, Rel: rel})
}

// linkTag takes canonical, alternates, and links to policies that stand in the head.
func (s *scanner) linkTag(a map[string]string) {
	rel, href := strings.ToLower(a["rel"]), a["href"]
	if href == "" {
		return
	}
	switch {
	case rel == "canonical":
		if to, err := s.resolve(s.base, href); err == nil {
			s.page.Canonical = to
		}
	case rel == "alternate" && a["hreflang"] != "":
		if to, err := s.resolve(s.base, href); err == nil && len(s.page.Alternates) < s.limit {
			s.page.Alternates = append(s.page.Alternates, Alternate{Lang: a["hreflang"], URL: to})
		}
	case rel == "privacy-policy" || rel == "terms-of-service":
		s.add(href, strings.ReplaceAll(rel, "-", " "), rel)
	}
}

func (s *scanner) meta(a map[string]string) {
	content := a["content"]
	switch name := strings.ToLower(a["name"]); {
	case name == "robots" || name == "clauseabot":
		c := strings.ToLower(content)
		s.page.NoIndex = s.page.NoIndex || strings.Contains(c, "noindex") || strings.Contains(c, "none")
		s.page.NoFollow = s.page.NoFollow || strings.Contains(c, "nofollow") || strings.Contains(c, "none")
	case strings.EqualFold(a["http-equiv"], "refresh"):
		_, rest, ok := strings.Cut(content, "=")
		if !ok {
			return
		}
		if to, err := s.resolve(s.base, strings.Trim(strings.TrimSpace(rest), `'"`)); err == nil {
			s.page.Refresh = to
		}
	}
}

// attr is the value of one attribute; it uses up the tag's attributes.
func attr(z *html.Tokenizer, more bool, name string) string {
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		if string(k) == name {
			return string(v)
		}
	}
	return ""
}

func attrs(z *html.Tokenizer, more bool) map[string]string {
	m := map[string]string{}
	for more && len(m) < 64 {
		var k, v []byte
		k, v, more = z.TagAttr()
		m[string(k)] = string(v)
	}
	return m
}

// fold collapses white space and bounds the length at a rune.
func fold(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "")
}
