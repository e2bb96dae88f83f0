// Package content finds the document in a page: its title, its headings and its
// text as Markdown, without menus, banners and footers.
package content

import (
	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
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

const (
	maxHeadings = 400
	// maxTitle is how long a line may be to be a title, in bytes.
	maxTitle = 160
)

// ExtractHTML reads a page in UTF-8. url is its address, by which its links are made
// absolute; it may be empty.
func ExtractHTML(body []byte, url string) *ExtractedPage {
	t := buildTree(trimByteOrderMark(body))
	p := &ExtractedPage{TitleElement: t.title, DeclaredLanguage: t.lang, Flattened: t.flattened, DatedLines: datedLines(t.body), ModifiedTime: t.modified}
	pr, source, tried := chooseSource(t, url)
	p.Source, p.SourcesTried, p.DocumentHeadings, p.PageWordCount = source, tried, pr.documentHeadings, pr.pageWords
	doc := pr.tree.body
	w := newWriter(url, t.baseHref)
	w.writeChildren(doc)
	p.Markdown, p.Headings, p.LinkWordCount = w.finish(), w.headings, w.linkWords
	if p.PageWordCount > 0 {
		p.DocumentShare = min(1, float64(doc.words)/float64(p.PageWordCount))
	}
	p.Title = documentTitle(doc, pr.hiddenTitle, p.Headings)
	return p
}

// documentTitle is the first heading of the first rank, one of it that is not seen, or else
// the first of any.
func documentTitle(body *node, unseen string, headings []string) string {
	if h := findTag(body, atom.H1); h != nil {
		if t := tokenize.CollapseSpace(allText(h)); t != "" {
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
