package links

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/crawl/neardup"
)

// scanner collects the LinkScan of one page.
type scanner struct {
	page    *LinkScan // without its links, which are in buffers
	base    *url.URL
	limit   int // of links
	resolve Resolver
	buffers *scanBuffers

	openRaw atom.Atom // the open script or style element
	inTitle bool
	regions []region // open regions, innermost last
	depth   int      // open div and section elements
	hasBase bool     // a base tag was seen
	sketch  *neardup.Builder
	// outside lists the links of the open block to other hosts, as indices in the links.
	outside    []int
	inNoscript bool

	// The open link.
	href  string // empty if no link is open
	rel   string
	label string // aria-label, title, or alt text of the image
}

// region is an open region of the page. A div or section that is marked as a footer has the
// depth at which it was opened; other regions have the depth 0.
type region struct {
	name  string
	depth int
}

func (s *scanner) startTag(l *lexer, tag atom.Atom) {
	if isBlock(tag) {
		s.endBlock()
	}
	switch tag {
	case atom.A:
		s.closeLink()
		s.openLink(l)
	case atom.Area:
		s.closeLink()
		s.openLink(l)
		s.closeLink()
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
	case atom.Script, atom.Style:
		s.openRaw = tag
		s.page.LoadsScripts = s.page.LoadsScripts || tag == atom.Script && readAttr(l, "src") != ""
	case atom.Noscript:
		s.inNoscript = true
	case atom.Iframe, atom.Frame, atom.Embed, atom.Object:
		s.readFrame(readAttrs(l, "src", "data", "data-src", "title"))
	case atom.Title:
		s.inTitle = s.page.Title == ""
	case atom.Header, atom.Nav, atom.Main, atom.Footer:
		s.openRegion(region{name: tag.String()})
	case atom.Div, atom.Section:
		// Many sites mark their footer only by an ID or a role.
		if s.depth++; isFooter(l) {
			s.openRegion(region{"footer", s.depth})
		}
	}
}

// openRegion opens a region inside the open ones, of which there are at most maxRegions.
func (s *scanner) openRegion(r region) {
	if len(s.regions) < maxRegions {
		s.regions = append(s.regions, r)
	}
}

// isFooter reports whether a tag's attributes mark it as a footer.
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

// setBase handles a base tag. Only the first one counts (HTML standard, section 4.2.3).
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
	if isBlock(tag) {
		s.endHeading(tag)
		s.endBlock()
	}
	switch tag {
	case atom.A:
		s.closeLink()
	case atom.Script, atom.Style:
		s.openRaw = 0
	case atom.Noscript:
		s.inNoscript = false
	case atom.Title:
		s.inTitle = false
	case atom.Div, atom.Section:
		if n := len(s.regions); n > 0 && s.regions[n-1].depth == s.depth && s.depth > 0 {
			s.regions = s.regions[:n-1]
		}
		s.depth = max(s.depth-1, 0)
	case atom.Header, atom.Nav, atom.Main, atom.Footer:
		for i := len(s.regions) - 1; i >= 0; i-- {
			if s.regions[i].depth == 0 && s.regions[i].name == tag.String() {
				s.regions = s.regions[:i]
				break
			}
		}
	}
}

func (s *scanner) text(b []byte) {
	if s.openRaw != 0 {
		s.page.ScriptBytes += len(b)
		s.addScript(b)
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
	if s.inNoscript {
		s.readNoscript(b)
	} else {
		s.addBlockText(b)
	}
	if !s.inBoilerplate() {
		s.sketch.AddText(b)
	}
	s.addLinkText(b)
}

// addLinkText adds text to the open link, if there is one.
func (s *scanner) addLinkText(b []byte) {
	if s.href != "" && len(s.buffers.linkText) < maxText {
		s.buffers.linkText = append(append(s.buffers.linkText, ' '), b[:min(len(b), maxText)]...)
	}
}

// region returns the name of the innermost open region, empty if there is none.
func (s *scanner) region() string {
	if n := len(s.regions); n > 0 {
		return s.regions[n-1].name
	}
	return ""
}

// inBoilerplate reports whether the current position is outside of the page's main text.
func (s *scanner) inBoilerplate() bool {
	name := s.region()
	return name != "" && name != "main"
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

// isRoute reports whether a fragment may be a client-side route, such as #/terms or
// #!/terms. The Resolver decides whether to use it.
func isRoute(ref string) bool { return strings.HasPrefix(ref, "#/") || strings.HasPrefix(ref, "#!") }

func hasScheme(ref, scheme string) bool {
	return len(ref) >= len(scheme) && strings.EqualFold(ref[:len(scheme)], scheme)
}

// closeLink ends the open link and adds it.
func (s *scanner) closeLink() {
	if s.href == "" {
		return
	}
	text := plainText(s.buffers.linkText)
	if text == "" {
		text = collapseSpace(s.label)
	}
	s.addLink(s.href, text, s.rel)
	s.href, s.rel, s.label, s.buffers.linkText = "", "", "", s.buffers.linkText[:0]
}

// addLink adds a link. If the URL was already added, the first non-empty text and the region
// "footer" win.
func (s *scanner) addLink(ref, text, rel string) {
	s.sketch.AddExact(ref)
	to, err := s.resolve(s.base, ref)
	if err != nil {
		s.skip(ref, err)
		return
	}
	region, b := s.region(), s.buffers
	if i, ok := b.linkIndex[to]; ok {
		l := &b.links[i]
		if l.Text == "" {
			l.Text = text
		}
		if region == "footer" {
			l.Region = region
		}
		s.addOutside(i, to)
		return
	}
	if len(b.links) >= s.limit {
		s.skip(to, ErrTooManyLinks)
		return
	}
	b.linkIndex[to] = len(b.links)
	s.addOutside(len(b.links), to)
	b.links = append(b.links, Link{URL: to, Text: text, Region: region, Rel: rel, Relative: isPathRelative(ref)})
}

func (s *scanner) skip(ref string, err error) {
	if len(s.page.Skipped) >= maxSkipped {
		s.page.UnlistedSkips++
		return
	}
	s.page.Skipped = append(s.page.Skipped, SkippedReference{Ref: strings.ToValidUTF8(ref[:min(len(ref), maxText)], ""), Err: err})
}

// isPathRelative reports whether a reference, which is not empty, depends on the path of its
// page.
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

// readLinkTag handles a link tag: the canonical URL, alternates, and links to policies in
// the head.
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

// readMeta handles a meta tag: robots directives and refresh.
func (s *scanner) readMeta(a map[string]string) {
	content := a["content"]
	switch name := strings.ToLower(a["name"]); {
	case name == "robots" || name == "clauseabot":
		c := strings.ToLower(content)
		s.page.NoIndex = s.page.NoIndex || strings.Contains(c, "noindex") || strings.Contains(c, "none")
		s.page.NoFollow = s.page.NoFollow || strings.Contains(c, "nofollow") || strings.Contains(c, "none")
	case strings.EqualFold(a["http-equiv"], "refresh"):
		s.readRefresh(content)
	}
}
