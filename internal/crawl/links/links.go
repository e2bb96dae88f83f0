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
	// be resolved, or one more than the limit. At most maxSkipped are kept, More
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
	maxSkipped = 500
	// maxAlternates is room for every language that a page can be had in.
	maxAlternates = 500
)

// Resolver makes a reference absolute and canonical; an error leaves the link out.
type Resolver func(base *url.URL, ref string) (string, error)

// Scan reads body, which is UTF-8, and at most limit links of it. It never fails:
// what a broken page still has is read.
func Scan(body []byte, base *url.URL, limit int, resolve Resolver) *LinkScan {
	s := &scanner{page: &LinkScan{Base: base}, base: base, limit: limit, resolve: resolve, linkIndex: make(map[string]int, 64), sketch: neardup.NewBuilder()}
	l := &lexer{page: body}
	for {
		switch k, tag, text := l.next(); k {
		case endOfPage:
			s.closeLink()
			s.page.Sketch = s.sketch.Sketch()
			return s.page
		case startTag:
			s.startTag(l, tag)
		case endTag:
			s.endTag(tag)
		case textToken:
			s.text(text)
		}
	}
}

type scanner struct {
	page      *LinkScan
	base      *url.URL
	limit     int
	resolve   Resolver
	linkIndex map[string]int // URL to its place in page.Links

	openRaw  atom.Atom // script or style that is open
	inTitle  bool
	href     string // of the open link
	rel      string
	label    string // its aria-label, title or image's alt
	linkText []byte // its text
	regions  []string
	hasBase  bool // there was a base already
	sketch   *neardup.Builder
}

func (s *scanner) startTag(l *lexer, tag atom.Atom) {
	switch tag {
	case atom.A, atom.Area:
		s.closeLink()
		s.openLink(l)
		if tag == atom.Area {
			s.closeLink()
		}
	case atom.Img:
		if s.href != "" && s.label == "" {
			s.label = readAttr(l, "alt")
		}
	case atom.Base:
		s.setBase(strings.TrimSpace(readAttr(l, "href")))
	case atom.Link:
		s.readLinkTag(readAttrs(l, "rel", "href", "hreflang"))
	case atom.Meta:
		s.readMeta(readAttrs(l, "name", "http-equiv", "content"))
	case atom.Html:
		s.page.Lang = readAttr(l, "lang")
	case atom.Script, atom.Style, atom.Noscript:
		if tag != atom.Noscript {
			s.openRaw = tag
		}
	case atom.Title:
		s.inTitle = s.page.Title == ""
	case atom.Header, atom.Nav, atom.Main, atom.Footer:
		if len(s.regions) < 64 {
			s.regions = append(s.regions, tag.String())
		}
	case atom.Div, atom.Section:
		// Many sites mark their footer by its class or id alone.
		if len(s.regions) < 64 && isFooter(l) {
			s.regions = append(s.regions, "footer")
		}
	}
}

// isFooter says whether a tag's attributes name it one.
func isFooter(l *lexer) bool {
	for {
		key, value, ok := l.nextAttr()
		switch {
		case !ok:
			return false
		case equalFold(key, "id") && bytes.Contains(bytes.ToLower(value), []byte("footer")), equalFold(key, "role") && equalFold(value, "contentinfo"):
			return true
		}
	}
}

// setBase takes a base tag; the first one counts (HTML standard, section 4.2.3).
func (s *scanner) setBase(ref string) {
	if s.hasBase || ref == "" {
		return
	}
	s.hasBase = true
	to, err := s.resolve(s.base, ref)
	if err != nil {
		s.skip(ref, err)
		return
	}
	if u, err := url.Parse(to); err == nil {
		s.base, s.page.Base = u, u
	}
}

func (s *scanner) endTag(tag atom.Atom) {
	switch tag {
	case atom.A:
		s.closeLink()
	case atom.Script, atom.Style:
		s.openRaw = 0
	case atom.Title:
		s.inTitle = false
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
	if s.openRaw != 0 {
		s.page.ScriptBytes += len(b)
		return
	}
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return
	}
	if s.inTitle {
		s.page.Title = plainText(b)
		return
	}
	s.page.TextBytes += len(b)
	if !s.inBoilerplate() {
		s.sketch.AddText(b)
	}
	if s.href != "" && len(s.linkText) < maxText {
		s.linkText = append(append(s.linkText, ' '), b[:min(len(b), maxText)]...)
	}
}

// inBoilerplate says whether the place is a page's frame and not what it is about.
func (s *scanner) inBoilerplate() bool {
	n := len(s.regions)
	return n > 0 && s.regions[n-1] != "main"
}

func (s *scanner) openLink(l *lexer) {
	var href, dataHref, rel, label, title attribute
	for {
		key, value, ok := l.nextAttr()
		if !ok {
			break
		}
		switch {
		case equalFold(key, "href"):
			href.set(value)
		case equalFold(key, "data-href"):
			dataHref.set(value)
		case equalFold(key, "rel"):
			rel.set(value)
		case equalFold(key, "aria-label"):
			label.set(value)
		case equalFold(key, "title"), equalFold(key, "alt"):
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
	if s.href == "" || s.href[0] == '#' && !isRoute(s.href) || hasScheme(s.href, "javascript:") || hasScheme(s.href, "mailto:") || hasScheme(s.href, "tel:") || hasScheme(s.href, "data:") {
		s.href, s.rel, s.label = "", "", ""
	}
}

// isRoute says whether a fragment is a page of its own to a site's scripts, as #/terms
// or #!/terms are. What it is worth is for Resolve to say.
func isRoute(ref string) bool { return strings.HasPrefix(ref, "#/") || strings.HasPrefix(ref, "#!") }

func hasScheme(ref, scheme string) bool {
	return len(ref) >= len(scheme) && strings.EqualFold(ref[:len(scheme)], scheme)
}

// closeLink ends the open link and keeps it, once a URL with its best text.
func (s *scanner) closeLink() {
	if s.href == "" {
		return
	}
	text := plainText(s.linkText)
	if text == "" {
		text = collapseSpace(s.label)
	}
	s.addLink(s.href, text, s.rel)
	s.href, s.rel, s.label, s.linkText = "", "", "", s.linkText[:0]
}

func (s *scanner) addLink(ref, text, rel string) {
	s.sketch.AddExact(ref)
	to, err := s.resolve(s.base, ref)
	if err != nil {
		s.skip(ref, err)
		return
	}
	region := ""
	if n := len(s.regions); n > 0 {
		region = s.regions[n-1]
	}
	if i, ok := s.linkIndex[to]; ok {
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
		s.skip(to, ErrTooManyLinks)
		return
	}
	s.linkIndex[to] = len(s.page.Links)
	s.page.Links = append(s.page.Links, Link{URL: to, Text: text, Region: region, Rel: rel, Relative: isPathRelative(ref)})
}

func (s *scanner) skip(ref string, err error) {
	if len(s.page.Skipped) >= maxSkipped {
		s.page.UnlistedSkips++
		return
	}
	s.page.Skipped = append(s.page.Skipped, SkippedReference{Ref: strings.ToValidUTF8(ref[:min(len(ref), maxText)], ""), Err: err})
}

// isPathRelative says whether a reference depends on its page's path.
func isPathRelative(ref string) bool {
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

// readLinkTag takes canonical, alternates, and links to policies that stand in the head.
func (s *scanner) readLinkTag(a map[string]string) {
	rel, href := strings.ToLower(a["rel"]), a["href"]
	if href == "" {
		return
	}
	switch {
	case rel == "canonical":
		if to, err := s.resolve(s.base, href); err == nil {
			s.page.Canonical = to
		} else {
			s.skip(href, err)
		}
	case rel == "alternate" && a["hreflang"] != "":
		switch to, err := s.resolve(s.base, href); {
		case err != nil:
			s.skip(href, err)
		case len(s.page.Alternates) >= maxAlternates:
			s.skip(to, ErrTooManyLinks)
		default:
			s.page.Alternates = append(s.page.Alternates, Alternate{Lang: a["hreflang"], URL: to})
		}
	case rel == "privacy-policy" || rel == "terms-of-service":
		s.addLink(href, strings.ReplaceAll(rel, "-", " "), rel)
	}
}

func (s *scanner) readMeta(a map[string]string) {
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
			s.skip(ref, err)
		}
	}
}

// attribute is the value of one, as it is written; the first of a name counts.
type attribute struct {
	value []byte
	isSet bool
}

func (a *attribute) set(value []byte) {
	if !a.isSet {
		a.value, a.isSet = value, true
	}
}

func (a *attribute) String() string { return unescapeAttr(a.value) }

// equalFold says whether a name is the lower-case one, in any case.
func equalFold(name []byte, lower string) bool {
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

// readAttr is the value of one attribute of the tag that l stands at.
func readAttr(l *lexer, name string) string { return readAttrs(l, name)[name] }

// readAttrs are the values of the named attributes of the tag that l stands at.
func readAttrs(l *lexer, names ...string) map[string]string {
	m := make(map[string]string, len(names))
	for {
		key, value, ok := l.nextAttr()
		if !ok {
			return m
		}
		for _, name := range names {
			if _, met := m[name]; !met && equalFold(key, name) {
				m[name] = unescapeAttr(value)
			}
		}
	}
}

// plainText is what a piece of a page's text says, folded.
func plainText(b []byte) string {
	s := string(b)
	if bytes.IndexByte(b, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	return collapseSpace(s)
}

// collapseSpace collapses white space and bounds the length at a rune.
func collapseSpace(s string) string {
	if s = strings.TrimSpace(s); !isSingleSpacedASCII(s) {
		s = strings.Join(strings.Fields(s), " ")
	}
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "")
}

// isSingleSpacedASCII says that s is ASCII with single spaces between its words.
func isSingleSpacedASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' || c == ' ' && s[i+1] == ' ' {
			return false
		}
	}
	return true
}
