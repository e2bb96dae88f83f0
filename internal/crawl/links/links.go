// Package links extracts links and the directives for crawlers from an HTML page. It takes
// one pass over the tokens and builds no tree: most pages are not documents, and a tree
// costs three times as much.
package links

import (
	"errors"
	"net/url"
	"sync"

	"github.com/clausea/crawler/internal/crawl/neardup"
)

// LinkScan is the result of Scan. A string is empty if the page does not specify it.
type LinkScan struct {
	Title, Lang string      // Lang is the lang attribute of <html>
	Base        *url.URL    // of relative references: the URL of the page, or that of its <base>
	Canonical   string      // URL of <link rel=canonical>
	Alternates  []Alternate // translations of the page
	NoIndex     bool        // robots directive
	NoFollow    bool        // robots directive
	Refresh     string      // target of a meta refresh
	// RefreshDelay is the delay of the meta refresh in seconds.
	RefreshDelay int
	// NoscriptRefresh is the target of a meta refresh in a noscript element.
	NoscriptRefresh string
	// LoadsScripts means that the page has a script with a URL of its own.
	LoadsScripts bool
	// ScriptTarget is the URL to which a script navigates. It is set only if the scripts of
	// the page are short.
	ScriptTarget string
	Frames       []Frame // documents that the page embeds, in page order
	Links        []Link  // in page order, one for each URL
	TextBytes    int     // bytes of text outside script and style elements
	ScriptBytes  int     // bytes of text within script and style elements
	// Skipped lists references that did not resolve or exceeded a limit. It holds at most
	// 500 entries. UnlistedSkips counts the others.
	Skipped       []SkippedReference
	UnlistedSkips int
	// Sketch covers the text outside header, nav and footer.
	Sketch neardup.Sketch
}

// SkippedReference is a reference that Scan skipped.
type SkippedReference struct {
	Ref string // as written, at most 200 bytes
	Err error  // from the Resolver, or ErrTooManyLinks
}

// ErrTooManyLinks reports a link or an alternate beyond the limit of Scan.
var ErrTooManyLinks = errors.New("too_many_links")

// Alternate is a <link rel=alternate hreflang>.
type Alternate struct{ Lang, URL string }

// Frame is a document that a page embeds with <iframe>, <frame>, <object> or <embed>.
type Frame struct {
	URL   string
	Title string // title attribute, at most 200 bytes
}

// Link is an outgoing link with a resolved, canonical URL.
type Link struct {
	URL    string
	Text   string // or else the label or the alt text; at most 200 bytes
	Region string // header, nav, main, footer or empty
	Rel    string // rel attribute
	// Relative means that the reference is relative to the path of the page. The same page
	// under a different path then has different links.
	Relative bool
	// Context is the text around a link to another host: the heading above it, if it is in
	// the main text, and the text of its paragraph, list item or table row, with the text of
	// the link. It has at most about 1,000 bytes.
	Context string
}

// Limits of a page, chosen by hand.
const (
	maxText       = 200 // bytes of a link's text or of the title
	maxSkipped    = 500 // listed references
	maxAlternates = 500 // more than any site has languages
	maxRegions    = 64  // nested regions
	maxFrames     = 20  // embedded documents
	maxContext    = 500 // bytes of the text around a link
	maxHeading    = 120 // bytes of a heading in the text around a link
)

// Resolver returns the absolute, canonical URL of a reference. Scan skips references for
// which it returns an error.
type Resolver func(base *url.URL, ref string) (string, error)

// scanBuffers is memory that one scan after another uses.
type scanBuffers struct {
	links     []Link
	linkIndex map[string]int // index in links by URL
	linkText  []byte         // text of the open link
	block     []byte         // text of the open block
	heading   []byte         // text of the last heading
	script    []byte         // text of the scripts, at most maxRedirectScript+1 bytes
}

var buffers = sync.Pool{New: func() any { return &scanBuffers{linkIndex: map[string]int{}} }}

// release returns b to its pool, without the strings of a page.
func (b *scanBuffers) release() {
	clear(b.links)
	clear(b.linkIndex)
	b.links, b.linkText = b.links[:0], b.linkText[:0]
	b.block, b.heading, b.script = b.block[:0], b.heading[:0], b.script[:0]
	buffers.Put(b)
}

// Scan extracts at most limit links from body, which must be UTF-8. It never fails: of a
// malformed page it returns what it can read.
func Scan(body []byte, base *url.URL, limit int, resolve Resolver) *LinkScan {
	b, _ := buffers.Get().(*scanBuffers)
	defer b.release()
	s := &scanner{page: &LinkScan{Base: base}, base: base, limit: limit, resolve: resolve, buffers: b, sketch: neardup.NewBuilder()}
	l := &lexer{page: body}
	for {
		switch k, tag, text := l.next(); k {
		case endOfPage:
			s.closeLink()
			s.endBlock()
			s.page.ScriptTarget = s.scriptTarget()
			s.page.Links = append(s.page.Links, b.links...)
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
