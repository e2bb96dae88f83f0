// Package content finds the document in a page: its title, its headings and its
// text as Markdown, without menus, banners and footers.
package content

import (
	"golang.org/x/net/html/atom"
)

// ExtractedPage is what a page says of itself.
type ExtractedPage struct {
	Title     string   // of the document itself: its first heading
	Head      string   // the title element's
	Lang      string   // as declared
	Headings  []string // of the document, at most maxHeadings
	Markdown  string   // the document
	All       int      // words of the whole page, menus included
	LinkWords int      // words of the document that are links
	Kept      float64  // share of All that the document has, 0 to 1
	Source    Source   // where the document was found
	Sources   int      // how many places were looked at
	Several   []string // the headings of the documents, where several share the page and none is named
	Dated     []string // lines of the whole page that have a year, menus and headers included
	Modified  string   // when the page's metadata say that it was changed, as they write it
	Flat      bool     // the page was too large for a tree: some text is without structure
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
	p := &ExtractedPage{Head: t.title, Lang: t.lang, Flat: t.flat, Dated: datedLines(t.body), Modified: t.modified}
	pr, source, looked := choose(t, url)
	p.Source, p.Sources, p.Several, p.All = source, looked, pr.documents, pr.words
	doc := pr.tree.body
	w := newWriter(url, t.base)
	w.blocks(doc)
	p.Markdown, p.Headings, p.LinkWords = w.done(), w.headings, w.linkWords
	if p.All > 0 {
		p.Kept = min(1, float64(doc.words)/float64(p.All))
	}
	p.Title = title(doc, pr.title, p.Headings)
	return p
}

// title is the first heading of the first rank, one of it that is not seen, or else
// the first of any.
func title(body *node, unseen string, headings []string) string {
	if h := find(body, atom.H1); h != nil {
		if t := plain.Squeeze(allText(h)); t != "" {
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
