// Package content extracts the document from a page: its title, its headings and its text
// as Markdown, without boilerplate such as menus, banners and footers.
package content

import (
	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// ExtractedPage is the document of a page, with what the page declares about itself.
type ExtractedPage struct {
	Title            string   // the document's first heading
	TitleElement     string   // the text of the title element
	DeclaredLanguage string   // the lang attribute or content-language, as written
	Headings         []string // of the document, at most maxHeadings
	Markdown         string   // the document
	PageWordCount    int      // words of the whole page, with boilerplate
	LinkWordCount    int      // words of the document inside links
	DocumentShare    float64  // the document's share of PageWordCount, 0 to 1
	Source           Source   // where in the page the document was found
	SourcesTried     int      // number of sources that were examined
	DocumentHeadings []string // headings of the documents, if the page shows several and names none
	DatedLines       []string // lines of the whole page that contain a year, with boilerplate
	ModifiedTime     string   // modification time in the page's metadata, as written
	Flattened        bool     // the page exceeded the tree's bounds; part of the text has no structure
}

const (
	maxHeadings = 400
	// maxTitle is the length limit of a title, in bytes.
	maxTitle = 160
)

// ExtractHTML extracts the document of an HTML page in UTF-8. url is the URL of the page,
// against which links are resolved; it may be empty.
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

// documentTitle returns the text of the first h1 element, the hidden title, or the first
// heading if it is short enough, in this order.
func documentTitle(body *node, hiddenTitle string, headings []string) string {
	if h := findTag(body, atom.H1); h != nil {
		if t := tokenize.CollapseSpace(allText(h)); t != "" {
			return t
		}
	}
	if hiddenTitle != "" || len(headings) == 0 {
		return hiddenTitle
	}
	if len(headings[0]) < maxTitle {
		return headings[0]
	}
	return ""
}
