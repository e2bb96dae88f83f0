// Package content finds the document in a page: its title, its headings and its
// text as Markdown, without menus, banners and footers.
package content

import (
	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/plain"
)

// ExtractedPage is what a page says of itself.
type ExtractedPage struct {
	Title            string   // of the document itself: its first heading
	TitleElement     string   // the title element's
	DeclaredLanguage string   // as declared
	Headings         []string // of the document, at most maxHeadings
	Markdown         string   // the document
	PageWordCount    int      // words of the whole page, menus included
	LinkWordCount    int      // words of the document that are links
	DocumentShare    float64  // share of All that the document has, 0 to 1
	Source           Source   // where the document was found
	SourcesTried     int      // how many places were looked at
	DocumentHeadings []string // the headings of the documents, where several share the page and none is named
	DatedLines       []string // lines of the whole page that have a year, menus and headers included
	ModifiedTime     string   // when the page's metadata say that it was changed, as they write it
	Flattened        bool     // the page was too large for a tree: some text is without structure
}

// Source is where in a page its document was found.
type Source string

// The places where a document may stand.
const (
	FromPage     Source = "page"     // in what is shown
	FromTemplate Source = "template" // in a template element that a script shows
	FromNoscript Source = "noscript" // in what is shown where no scripts run
	FromScript   Source = "script"   // in data that a script shows: JSON in a script or an attribute
	FromText     Source = "text"     // the page is no ExtractHTML but text
)

const (
	maxHeadings = 400
	// maxTitle is how long a line may be to be a title, in bytes.
	maxTitle = 160
)

// ExtractHTML reads a page in UTF-8. url is its address, by which its links are made
// absolute; it may be empty.
func ExtractHTML(body []byte, url string) *ExtractedPage {
	t := build(toText(body))
	p := &ExtractedPage{TitleElement: t.title, DeclaredLanguage: t.lang, Flattened: t.flat, DatedLines: datedLines(t.body), ModifiedTime: t.modified}
	pr, source, looked := choose(t, url)
	p.Source, p.SourcesTried, p.DocumentHeadings, p.PageWordCount = source, looked, pr.documents, pr.words
	doc := pr.tree.body
	w := newWriter(url, t.base)
	w.blocks(doc)
	p.Markdown, p.Headings, p.LinkWordCount = w.done(), w.headings, w.linkWords
	if p.PageWordCount > 0 {
		p.DocumentShare = min(1, float64(doc.words)/float64(p.PageWordCount))
	}
	p.Title = title(doc, pr.title, p.Headings)
	return p
}

// title is the first heading of the first rank, one of it that is not seen, or else
// the first of any.
func title(body *node, unseen string, headings []string) string {
	if h := find(body, atom.H1); h != nil {
		if t := plain.CollapseSpace(allText(h)); t != "" {
			return t
		}
	}
	if unseen != "" || len(headings) == 0 {
		return unseen
	}
	if len(headings[0]) < maxTitle {
		return headings[0]
	}
	return ""
}
