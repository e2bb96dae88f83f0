// Package classify tells which type of document a page is: from what documents are
// called and how they speak, in many languages, weighed by a small linear model.
package classify

import (
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// Input is what is known of a page that is to be classified.
type Input struct {
	URL, Anchor         string // its address, and the text of the link that led to it
	Title, TitleElement string // its first heading, and its title element
	Headings            []string
	Markdown            string // of the main content
	Text                string // normalised
	WordCount           int    // of Text
	LinkWordCount       int    // of Text that are links
	// HasSubprocessorList says whether the text surely has a list of subprocessors. It is
	// asked of a page that is short and named so; nil: it has none.
	HasSubprocessorList func() bool
}

// Result is what a page is.
type Result struct {
	Type            string   // one of Classes
	Confidence      float64  // 0 to 1: of answers with c, a share of about c are right
	AdditionalTypes []string // further types that the page has a document of, sorted
	SoftError       bool     // an error page or a door that was sent as a page
	UniqueWords     int      // of the page's words, those that it says itself; see Page.own
}

// minWords is what a document has at least; imprints are the shortest.
const minWords = 40

// Classify says what a page is.
func Classify(p Input) Result {
	l, sc := defaultLexicon(), scratchPool.Get().(*scratch)
	defer scratchPool.Put(sc)
	m := model()
	e := p.extractFeatures(l, &m.Background, 0, sc)
	if a, ok := p.classifyByRules(e); ok {
		a.UniqueWords = p.uniqueWords()
		return a
	}
	probabilities := m.Probabilities(p.featureVector(l, e, sc))
	best := SelectClass(probabilities, e.typeName >= minNameScore)
	a := Result{Type: Classes[best], Confidence: probabilities[best], UniqueWords: p.uniqueWords()}
	if a.Type != doctype.Other {
		a.AdditionalTypes = p.additionalTypes(l, m, a.Type, e, sc)
	}
	return a
}

const (
	// minConfidence is the confidence below which a type is no answer for a page that
	// nothing names: of those that cross-validation gave less, none was right.
	minConfidence = 0.3
	// minNameScore is how sure a name is that a page is believed to have.
	minNameScore = 0.6
)

// SelectClass is the index in Classes of the answer that probabilities, one for each class,
// make for a page that has a name or not: the most likely, or Other where nothing is
// likely and nothing names it.
func SelectClass(probabilities []float64, named bool) int {
	best := slices.Index(probabilities, slices.Max(probabilities))
	if !named && probabilities[best] < minConfidence {
		return otherClass
	}
	return best
}

// HasTypeName says that the page's title, address or link is surely the name of a type.
func (p *Input) HasTypeName() bool {
	l, sc := defaultLexicon(), scratchPool.Get().(*scratch)
	defer scratchPool.Put(sc)
	return p.extractFeatures(l, &Background{}, 0, sc).typeName >= minNameScore
}

// ClassifyByRules is the answer for a page that needs no model.
func (p *Input) ClassifyByRules() (Result, bool) {
	l, sc := defaultLexicon(), scratchPool.Get().(*scratch)
	defer scratchPool.Put(sc)
	return p.classifyByRules(p.extractFeatures(l, &Background{}, 0, sc))
}

func (p *Input) classifyByRules(e *features) (Result, bool) {
	switch {
	case isSoftError(p, e):
		return Result{Type: doctype.Other, Confidence: 0.95, SoftError: true}, true
	case p.uniqueWords() < minWords && !p.isSubprocessorList(e):
		return Result{Type: doctype.Other, Confidence: 0.9}, true
	}
	return Result{}, false
}

// subprocessorsClass is the number of the class of lists of subprocessors.
var subprocessorsClass = slices.Index(Classes, doctype.Subprocessors)

// isSubprocessorList says that a page is a list of subprocessors by name and by content: such a
// list is whole with three rows, and its names may be links.
func (p *Input) isSubprocessorList(e *features) bool {
	return e.scores[bestNameMatch][subprocessorsClass] >= minNameScore && p.HasSubprocessorList != nil && p.HasSubprocessorList()
}

// isSoftError says that a page's title, or the few words that it has, are those of
// an error page, a login or a shell.
func isSoftError(p *Input, e *features) bool {
	if e.softError >= 0.6 && e.softError > e.typeName {
		return true
	}
	return p.WordCount < 120 && e.scores[openingFormula][softError] > 0 && e.softError >= e.typeName
}

// maxShellWords is up to how many words a page may owe its length to lines that it
// repeats and to links, as the shell of a page does whose text a script would bring.
const maxShellWords = 200

// uniqueWords is how many words the page says itself: each line once, and no links. Of a page
// that is no shell they are all its words.
func (p *Input) uniqueWords() int {
	if p.WordCount >= maxShellWords {
		return p.WordCount
	}
	said := map[string]bool{}
	n := p.WordCount - p.LinkWordCount
	for line := range strings.Lines(p.Markdown) {
		line = strings.Trim(line, "#-*> \r\n")
		if said[line] {
			n -= tokenize.CountWords(line)
		}
		said[line] = true
	}
	return max(n, 0)
}

// minProseLine is how long a line is that has a sentence, about: a dozen words, or two
// dozen signs of Chinese.
const minProseLine = 80

// proseShare is the share of the page's text in lines that may be sentences, and how many
// bytes those have. Where a link leads to is no text.
func (p *Input) proseShare() (share float32, bytes int) {
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
		if n >= minProseLine {
			bytes += n
		}
	}
	return float32(bytes) / float32(max(all, 1)), bytes
}

// isLinkList says that a page mostly links: a list of policies is no policy.
func (p *Input) isLinkList() bool { return p.WordCount < 600 && p.LinkWordCount*2 > p.WordCount }
