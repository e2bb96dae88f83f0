// Package links reads what a crawl needs of an HTML page in one pass of the
// tokenizer: links with their text and place, and the few tags that steer
// crawlers. No tree is built: most pages are no document, and a tree costs three
// times as much.
package links

import (
	"bytes"
	"errors"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/crawl/neardup"
)

// LinkScan is what the pass found.
type LinkScan struct {
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
	// Skipped are references that are no link of Links, and why: not one that could
	// be resolved, or one more than the limit. At most maxRefused are kept, More
	// counts the others.
	Skipped       []SkippedReference
	UnlistedSkips int
	// Sketch is of the text outside header, nav and footer.
	Sketch neardup.Sketch
}

// SkippedReference is a reference that was left out.
type SkippedReference struct {
	Ref string // as it is written, at most maxText bytes
	Err error  // Resolve's, or ErrTooManyLinks
}

// ErrTooManyLinks says that a page had more links than were asked for.
var ErrTooManyLinks = errors.New("too_many_links")

// Alternate is one link rel=alternate hreflang.
type Alternate struct{ Lang, URL string }

// Link is one outgoing link, resolved and canonical.
type Link struct {
	URL    string
	Text   string // at most maxText bytes
	Region string // header, nav, main, footer or empty
	Rel    string
	// Relative says that it was written relative to the page's own path, so that
	// the same page at another path has other links.
	Relative bool
}

const (
	// maxText bounds a link's text and a page's title, in bytes.
	maxText    = 200
	maxRefused = 500
	// maxAlternates is room for every language that a page can be had in.
	maxAlternates = 500
)

// Resolver makes a reference absolute and canonical; an error leaves the link out.
type Resolver func(base *url.URL, ref string) (string, error)

// Scan reads body, which is UTF-8, and at most limit links of it. It never fails:
// what a broken page still has is read.
func Scan(body []byte, base *url.URL, limit int, resolve Resolver) *LinkScan {
	s := &scanner{page: &LinkScan{Base: base}, base: base, limit: limit, resolve: resolve, at: make(map[string]int, 64), like: neardup.NewBuilder()}
	l := &lexer{b: body}
	for {
		switch k, tag, text := l.next(); k {
		case atEnd:
			s.closeLink()
			s.page.Sketch = s.like.Sketch()
			return s.page
		case atStart:
			s.open(l, tag)
		case atClose:
			s.close(tag)
		case atText:
			s.text(text)
		}
	}
}

type scanner struct {
	page    *LinkScan
	base    *url.URL
	limit   int
	resolve Resolver
	at      map[string]int // URL to its place in page.Links

	raw     atom.Atom // script or style that is open
	title   bool
	href    string // of the open link
	rel     string
	label   string // its aria-label, title or image's alt
	buf     []byte // its text
	regions []string
	based   bool // there was a base already
	like    *neardup.Builder
}

func (s *scanner) open(l *lexer, tag atom.Atom) {
	switch tag {
	case atom.A, atom.Area:
		s.closeLink()
		s.openLink(l)
		if tag == atom.Area {
			s.closeLink()
		}
	case atom.Img:
		if s.href != "" && s.label == "" {
			s.label = attr(l, "alt")
		}
	case atom.Base:
		s.rebase(strings.TrimSpace(attr(l, "href")))
	case atom.Link:
		s.linkTag(attrs(l, "rel", "href", "hreflang"))
	case atom.Meta:
		s.meta(attrs(l, "name", "http-equiv", "content"))
	case atom.Html:
		s.page.Lang = attr(l, "lang")
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
		if len(s.regions) < 64 && footer(l) {
			s.regions = append(s.regions, "footer")
		}
	}
}

// footer says whether a tag's attributes name it one.
func footer(l *lexer) bool {
	for {
		key, value, ok := l.attr()
		switch {
		case !ok:
			return false
		case is(key, "id") && bytes.Contains(bytes.ToLower(value), []byte("footer")), is(key, "role") && is(value, "contentinfo"):
			return true
		}
	}
}

// rebase takes a base tag; the first one counts (HTML standard, section 4.2.3).
func (s *scanner) rebase(ref string) {
	if s.based || ref == "" {
		return
	}
	s.based = true
	to, err := s.resolve(s.base, ref)
	if err != nil {
		s.refuse(ref, err)
		return
	}
	if u, err := url.Parse(to); err == nil {
		s.base, s.page.Base = u, u
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
		s.page.Title = textOf(b)
		return
	}
	s.page.TextBytes += len(b)
	if !s.aside() {
		s.like.AddText(b)
	}
	if s.href != "" && len(s.buf) < maxText {
		s.buf = append(append(s.buf, ' '), b[:min(len(b), maxText)]...)
	}
}

// aside says whether the place is a page's frame and not what it is about.
func (s *scanner) aside() bool {
	n := len(s.regions)
	return n > 0 && s.regions[n-1] != "main"
}

func (s *scanner) openLink(l *lexer) {
	var href, dataHref, rel, label, title attribute
	for {
		key, value, ok := l.attr()
		if !ok {
			break
		}
		switch {
		case is(key, "href"):
			href.set(value)
		case is(key, "data-href"):
			dataHref.set(value)
		case is(key, "rel"):
			rel.set(value)
		case is(key, "aria-label"):
			label.set(value)
		case is(key, "title"), is(key, "alt"):
			title.set(value)
		}
	}
	if s.href = strings.TrimSpace(href.String()); s.href == "" {
		s.href = strings.TrimSpace(dataHref.String())
	}
	s.rel = rel.String()
	if s.label = label.String(); s.label == "" {
		s.label = title.String()
	}
	if s.href == "" || s.href[0] == '#' && !route(s.href) || hasScheme(s.href, "javascript:") || hasScheme(s.href, "mailto:") || hasScheme(s.href, "tel:") || hasScheme(s.href, "data:") {
		s.href, s.rel, s.label = "", "", ""
	}
}

// route says whether a fragment is a page of its own to a site's scripts, as #/terms
// or #!/terms are. What it is worth is for Resolve to say.
func route(ref string) bool { return strings.HasPrefix(ref, "#/") || strings.HasPrefix(ref, "#!") }

func hasScheme(ref, scheme string) bool {
	return len(ref) >= len(scheme) && strings.EqualFold(ref[:len(scheme)], scheme)
}

// closeLink ends the open link and keeps it, once a URL with its best text.
func (s *scanner) closeLink() {
	if s.href == "" {
		return
	}
	text := textOf(s.buf)
	if text == "" {
		text = fold(s.label)
	}
	s.add(s.href, text, s.rel)
	s.href, s.rel, s.label, s.buf = "", "", "", s.buf[:0]
}

func (s *scanner) add(ref, text, rel string) {
	s.like.AddExact(ref)
	to, err := s.resolve(s.base, ref)
	if err != nil {
		s.refuse(ref, err)
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
		s.refuse(to, ErrTooManyLinks)
		return
	}
	s.at[to] = len(s.page.Links)
	s.page.Links = append(s.page.Links, Link{URL: to, Text: text, Region: region, Rel: rel, Relative: relative(ref)})
}

func (s *scanner) refuse(ref string, err error) {
	if len(s.page.Skipped) >= maxRefused {
		s.page.UnlistedSkips++
		return
	}
	s.page.Skipped = append(s.page.Skipped, SkippedReference{Ref: strings.ToValidUTF8(ref[:min(len(ref), maxText)], ""), Err: err})
}

// relative says whether a reference depends on its page's path.
func relative(ref string) bool {
	if ref[0] == '/' || ref[0] == '\\' {
		return false
	}
	for i := 0; i < len(ref); i++ {
		switch ref[i] {
		case ':':
			return false
		case '/', '?', '#':
			return true
		}
	}
	return true
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
		} else {
			s.refuse(href, err)
		}
	case rel == "alternate" && a["hreflang"] != "":
		switch to, err := s.resolve(s.base, href); {
		case err != nil:
			s.refuse(href, err)
		case len(s.page.Alternates) >= maxAlternates:
			s.refuse(to, ErrTooManyLinks)
		default:
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
		ref := strings.Trim(strings.TrimSpace(rest), `'"`)
		if to, err := s.resolve(s.base, ref); err == nil {
			s.page.Refresh = to
		} else {
			s.refuse(ref, err)
		}
	}
}

// attribute is the value of one, as it is written; the first of a name counts.
type attribute struct {
	value []byte
	met   bool
}

func (a *attribute) set(value []byte) {
	if !a.met {
		a.value, a.met = value, true
	}
}

func (a *attribute) String() string { return unescape(a.value) }

// is says whether a name is the lower-case one, in any case.
func is(name []byte, lower string) bool {
	if len(name) != len(lower) {
		return false
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// attr is the value of one attribute of the tag that l stands at.
func attr(l *lexer, name string) string { return attrs(l, name)[name] }

// attrs are the values of the named attributes of the tag that l stands at.
func attrs(l *lexer, names ...string) map[string]string {
	m := make(map[string]string, len(names))
	for {
		key, value, ok := l.attr()
		if !ok {
			return m
		}
		for _, name := range names {
			if _, met := m[name]; !met && is(key, name) {
				m[name] = unescape(value)
			}
		}
	}
}

// textOf is what a piece of a page's text says, folded.
func textOf(b []byte) string {
	s := string(b)
	if bytes.IndexByte(b, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	return fold(s)
}

// fold collapses white space and bounds the length at a rune.
func fold(s string) string {
	if s = strings.TrimSpace(s); !plainlySpaced(s) {
		s = strings.Join(strings.Fields(s), " ")
	}
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "")
}

// plainlySpaced says that s is ASCII with single spaces between its words.
func plainlySpaced(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' || c == ' ' && s[i+1] == ' ' {
			return false
		}
	}
	return true
}
