// Package classify tells which type of document a page is: from what documents are
// called and how they speak, in many languages, weighed by a small linear model.
package classify

import (
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/document/plain"
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
	// Subprocessors says whether the text surely has a list of subprocessors. It is
	// asked of a page that is short and named so; nil: it has none.
	Subprocessors func() bool
}

// Answer is what a page is.
type Answer struct {
	Type       string   // one of Classes
	Confidence float64  // 0 to 1: of answers with c, a share of about c are right
	Also       []string // further types that the page has a document of, sorted
	SoftError  bool     // an error page or a door that was sent as a page
	Own        int      // of the page's words, those that it says itself; see Page.own
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
		a.Own = p.own()
		return a
	}
	probabilities := m.Probabilities(p.features(l, e, sc))
	best := Choose(probabilities, e.named >= nameBelieved)
	a := Answer{Type: Classes[best], Confidence: probabilities[best], Own: p.own()}
	if a.Type != doctype.Other {
		a.Also = p.also(l, m, a.Type, e, sc)
	}
	return a
}

const (
	// leastBelieved is the confidence below which a type is no answer for a page that
	// nothing names: of those that cross-validation gave less, none was right.
	leastBelieved = 0.3
	// nameBelieved is how sure a name is that a page is believed to have.
	nameBelieved = 0.6
)

// Choose is the index in Classes of the answer that probabilities, one for each class,
// make for a page that has a name or not: the most likely, or Other where nothing is
// likely and nothing names it.
func Choose(probabilities []float64, named bool) int {
	best := slices.Index(probabilities, slices.Max(probabilities))
	if !named && probabilities[best] < leastBelieved {
		return otherClass
	}
	return best
}

// Named says that the page's title, address or link is surely the name of a type.
func (p *Page) Named() bool {
	l, sc := theLexicon(), scratches.Get().(*scratch)
	defer scratches.Put(sc)
	return p.gather(l, &Background{}, 0, sc).named >= nameBelieved
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
	case p.own() < minWords && !p.shortList(e):
		return Answer{Type: doctype.Other, Confidence: 0.9}, true
	}
	return Answer{}, false
}

// subprocessorsClass is the number of the class of lists of subprocessors.
var subprocessorsClass = slices.Index(Classes, doctype.Subprocessors)

// shortList says that a page is a list of subprocessors by name and by content: such a
// list is whole with three rows, and its names may be links.
func (p *Page) shortList(e *evidence) bool {
	return e.by[bestName][subprocessorsClass] >= nameBelieved && p.Subprocessors != nil && p.Subprocessors()
}

// isSoftError says that a page's title, or the few words that it has, are those of
// an error page, a login or a shell.
func isSoftError(p *Page, e *evidence) bool {
	if e.soft >= 0.6 && e.soft > e.named {
		return true
	}
	return p.Words < 120 && e.by[opening][softError] > 0 && e.soft >= e.named
}

// maxRepeated is up to how many words a page may owe its length to lines that it
// repeats and to links, as the shell of a page does whose text a script would bring.
const maxRepeated = 200

// own is how many words the page says itself: each line once, and no links. Of a page
// that is no shell they are all its words.
func (p *Page) own() int {
	if p.Words >= maxRepeated {
		return p.Words
	}
	said := map[string]bool{}
	n := p.Words - p.LinkWords
	for line := range strings.Lines(p.Markdown) {
		line = strings.Trim(line, "#-*> \r\n")
		if said[line] {
			n -= plain.CountWords(line)
		}
		said[line] = true
	}
	return max(n, 0)
}

// proseBytes is how long a line is that has a sentence, about: a dozen words, or two
// dozen signs of Chinese.
const proseBytes = 80

// prose is the share of the page's text in lines that may be sentences, and how many
// bytes those have. Where a link leads to is no text.
func (p *Page) prose() (share float32, bytes int) {
	all := 0
	for line := range strings.Lines(p.Markdown) {
		if strings.HasPrefix(line, "#") {
			continue // a title is looked at elsewhere
		}
		n := len(strings.TrimSpace(line))
		for rest := line; ; {
			var target string
			var found bool
			if _, rest, found = strings.Cut(rest, "]("); !found {
				break
			}
			target, rest, _ = strings.Cut(rest, ")")
			n -= len(target) + len("]()")
		}
		all += n
		if n >= proseBytes {
			bytes += n
		}
	}
	return float32(bytes) / float32(max(all, 1)), bytes
}

// hub says that a page mostly links: a list of policies is no policy.
func (p *Page) hub() bool { return p.Words < 600 && p.LinkWords*2 > p.Words }
