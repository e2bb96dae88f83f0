// Package classify tells which type of document a page is: from what documents are
// called and how they speak, in many languages, weighed by a small linear model.
package classify

import (
	"slices"

	"github.com/clausea/crawler/internal/document/doctype"
)

// Page is what is known of a page that is to be classified.
type Page struct {
	URL, Anchor string // its address, and the text of the link that led to it
	Title, Head string // its first heading, and its title element
	Headings    []string
	Markdown    string // of the main content
	Text        string // normalised
	Words       int    // of Text
	LinkWords   int    // of Text that are links
}

// Answer is what a page is.
type Answer struct {
	Type       string   // one of Classes
	Confidence float64  // 0 to 1: of answers with c, a share of about c are right
	Also       []string // further types that the page has a document of, sorted
	SoftError  bool     // an error page or a door that was sent as a page
}

// minWords is what a document has at least; imprints are the shortest.
const minWords = 40

// Of says what a page is.
func Of(p Page) Answer {
	l, sc := theLexicon(), scratches.Get().(*scratch)
	defer scratches.Put(sc)
	m := model()
	e := p.gather(l, &m.Background, 0, sc)
	if a, ok := p.decided(e); ok {
		return a
	}
	probabilities := m.Probabilities(p.features(l, e, sc))
	best := slices.Index(probabilities, slices.Max(probabilities))
	a := Answer{Type: Classes[best], Confidence: probabilities[best]}
	if a.Type != doctype.Other {
		a.Also = p.also(l, m, a.Type, e, sc)
	}
	return a
}

// Decided is the answer for a page that needs no model.
func (p *Page) Decided() (Answer, bool) {
	l, sc := theLexicon(), scratches.Get().(*scratch)
	defer scratches.Put(sc)
	return p.decided(p.gather(l, &Background{}, 0, sc))
}

func (p *Page) decided(e *evidence) (Answer, bool) {
	switch {
	case isSoftError(p, e):
		return Answer{Type: doctype.Other, Confidence: 0.95, SoftError: true}, true
	case p.Words < minWords:
		return Answer{Type: doctype.Other, Confidence: 0.9}, true
	}
	return Answer{}, false
}

// isSoftError says that a page's title, or the few words that it has, are those of
// an error page, a login or a shell.
func isSoftError(p *Page, e *evidence) bool {
	if e.soft >= 0.6 && e.soft > e.named {
		return true
	}
	return p.Words < 120 && e.by[opening][softError] > 0 && e.soft >= e.named
}

// hub says that a page mostly links: a list of policies is no policy.
func (p *Page) hub() bool { return p.Words < 600 && p.LinkWords*2 > p.Words }
