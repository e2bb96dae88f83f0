// Package content extracts the document from a page: its title, its headings and its text
// as Markdown, without boilerplate such as menus, banners and footers.
//
// ExtractHTML works in four steps, and each has its own group of files:
//
//  1. A tree builder parses the page (scanner.go, tree_builder.go, open_elements.go,
//     node.go). It bounds the size and the depth of the tree.
//  2. A pruner marks the nodes that are not part of the document (pruner.go). It counts
//     words and links, drops boilerplate by content and by class names, and descends to the
//     element that contains the document.
//  3. If the page shows hardly any text, chooseSource repeats the second step for templates,
//     noscript content and embedded JSON (source.go, json_render.go, rsc_payload.go).
//  4. A writer renders the remaining nodes as Markdown (writer.go and writer_*.go).
//
// Read ExtractHTML and pruner.pruneToDocument first.
package content

import (
	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// ExtractedPage is the document of a page and the page's metadata.
type ExtractedPage struct {
	Title            string    // the document's first heading
	TitleElement     string    // the text of the title element
	DeclaredLanguage string    // the lang attribute or content-language, as written
	Headings         []string  // of the document, at most 400
	Markdown         string    // the document; empty if the page shows no text
	PageWordCount    int       // words of the whole page, with boilerplate
	LinkWordCount    int       // words of the document inside links
	DocumentShare    float64   // the document's share of PageWordCount, 0 to 1
	Source           Source    // where in the page the document was found
	SourcesTried     int       // number of sources that were examined, at least 1
	DocumentHeadings []string  // one heading for each document, if the page shows several and neither its URL nor its title names one
	DatedLines       []string  // lines of the whole page that contain a year, with boilerplate
	ModifiedTime     string    // modification time in the page's metadata, as written
	Removed          []Removed // parts of the page that are not part of the document; only from ExtractHTMLAndRemoved
	Flattened        bool      // the page exceeds the bounds of the tree; part of its text has no structure
}

// bytesPerWord is a little more than the mean length of a word with its space and its marks in
// Markdown. A document that is longer than expected costs a copy.
const bytesPerWord = 8

// Bounds of ExtractedPage. They were chosen by hand.
const (
	maxHeadings = 400
	maxTitle    = 160 // bytes
)

// ExtractHTML extracts the document of an HTML page in UTF-8. It resolves links against
// url, the URL of the page; url may be empty. It never returns nil.
func ExtractHTML(body []byte, url string) *ExtractedPage { return extractHTML(body, url, false) }

// ExtractHTMLAndRemoved is like ExtractHTML and also returns the parts of the page that are not
// part of the document.
func ExtractHTMLAndRemoved(body []byte, url string) *ExtractedPage {
	return extractHTML(body, url, true)
}

func extractHTML(body []byte, url string, withRemoved bool) *ExtractedPage {
	b := newTreeBuilder(trimByteOrderMark(body))
	defer b.release()
	t := &b.tree
	p := &ExtractedPage{TitleElement: t.title, DeclaredLanguage: t.lang, Flattened: t.flattened, DatedLines: datedLines(t.body), ModifiedTime: t.modified}
	pr, source, tried := chooseSource(t, url)
	p.Source, p.SourcesTried, p.DocumentHeadings, p.PageWordCount = source, tried, pr.documentHeadings, pr.pageWords
	doc := pr.tree.body
	w := newWriter(url, t.baseHref)
	w.out = make([]byte, 0, int(doc.words)*bytesPerWord)
	w.writeChildren(doc)
	p.Markdown, p.Headings, p.LinkWordCount = w.finish(), w.headings, w.linkWords
	if p.PageWordCount > 0 {
		p.DocumentShare = min(1, float64(doc.words)/float64(p.PageWordCount))
	}
	if withRemoved {
		p.Removed = pr.removedParts()
	}
	p.Title = documentTitle(doc, pr.hiddenTitle, p.Headings)
	return p
}

// documentTitle returns the text of the first h1 element; else the hidden title; else the
// first heading, if it is shorter than maxTitle.
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
