// Package links extracts from an HTML page what a crawl needs: links with their text and
// region, and the tags that are addressed to crawlers. It takes one pass over the tokens
// and builds no tree. Most pages are not documents, and a tree costs three times as much.
package links

import (
	"errors"
	"net/url"

	"github.com/clausea/crawler/internal/crawl/neardup"
)

// LinkScan is the result of Scan.
type LinkScan struct {
	Title, Lang string
	Base        *url.URL
	Canonical   string
	Alternates  []Alternate
	NoIndex     bool
	NoFollow    bool
	Refresh     string // target of a meta refresh
	Links       []Link
	TextBytes   int // bytes of text outside of script and style
	ScriptBytes int
	// Skipped are the references that are not in Links, with the reason: they did not
	// resolve, or they exceeded the limit. It holds at most maxSkipped entries.
	// UnlistedSkips counts the others.
	Skipped       []SkippedReference
	UnlistedSkips int
	// Sketch covers the text outside of header, nav and footer.
	Sketch neardup.Sketch
}

// SkippedReference is a reference that did not become a link.
type SkippedReference struct {
	Ref string // as written, at most maxText bytes
	Err error  // from the Resolver, or ErrTooManyLinks
}

// ErrTooManyLinks reports a link beyond the limit of Scan.
var ErrTooManyLinks = errors.New("too_many_links")

// Alternate is a <link rel=alternate hreflang>.
type Alternate struct{ Lang, URL string }

// Link is an outgoing link with a resolved, canonical URL.
type Link struct {
	URL    string
	Text   string // at most maxText bytes
	Region string // header, nav, main, footer or empty
	Rel    string
	// Relative means that the reference is relative to the path of the page, so that the same
	// page under a different path has different links.
	Relative bool
}

const (
	// maxText limits a link's text and a page's title, in bytes.
	maxText    = 200
	maxSkipped = 500
	// maxAlternates exceeds the number of languages of any site.
	maxAlternates = 500
)

// Resolver returns the absolute, canonical URL of a reference. Scan skips references for
// which it returns an error.
type Resolver func(base *url.URL, ref string) (string, error)

// Scan extracts at most limit links from body, which must be UTF-8. It never fails: of a
// malformed page it returns what it can read.
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
