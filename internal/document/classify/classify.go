// Package classify determines the type of a document. It matches the names and the wording
// of the document types, in many languages, and combines these features with a small
// linear model.
package classify

import (
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/document/interstitial"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// Input is the page to classify.
type Input struct {
	URL, Anchor         string // URL of the page, and text of the link to it
	Title, TitleElement string // first heading, and text of the title element
	Headings            []string
	Markdown            string // of the main content
	Text                string // normalized
	WordCount           int    // of Text
	LinkWordCount       int    // words of Text that are in links
	// HasSubprocessorList reports whether the text contains a definite list of
	// subprocessors. It is called only for short pages with a matching name. If it is nil,
	// the page has no such list.
	HasSubprocessorList func() bool
}

// Result is the classification of a page.
type Result struct {
	Type            string   // one of Classes
	Confidence      float64  // 0 to 1, calibrated: of the results with confidence c, about a share of c is correct
	AdditionalTypes []string // further types of document on the page, sorted
	SoftError       bool     // the page is an error, login or consent page served with a success status
	UniqueWords     int      // words of the page without repeated lines and links; see Input.uniqueWords
}

// minWords is the smallest number of unique words of a document. Imprints are the shortest.
const minWords = 40

// Classify returns the classification of a page.
func Classify(p Input) Result {
	l, sc := defaultLexicon(), scratchPool.Get().(*scratch)
	defer scratchPool.Put(sc)
	m := model()
	ft := p.extractFeatures(l, &m.Background, 0, sc)
	if a, ok := p.classifyByRules(ft); ok {
		a.UniqueWords = p.uniqueWords()
		return a
	}
	probabilities := m.Probabilities(p.featureVector(l, ft, sc))
	best := SelectClass(probabilities, ft.ownName >= minNameScore)
	a := Result{Type: Classes[best], Confidence: probabilities[best], UniqueWords: p.uniqueWords()}
	if a.Type != doctype.Other {
		a.AdditionalTypes = p.additionalTypes(l, m, a.Type, ft, sc)
	}
	return a
}

const (
	// minConfidence is the smallest confidence of a type for a page without a type name. In
	// the cross-validation, no result below it was correct.
	minConfidence = 0.3
	// minNameScore is the smallest score of a name match that counts as a type name.
	minNameScore = 0.6
)

// SelectClass returns the index in Classes of the most probable class. It returns the index
// of Other if the page has no type name and no class is probable. probabilities has one
// element for each class; named reports whether the page has a type name.
func SelectClass(probabilities []float64, named bool) int {
	best := slices.Index(probabilities, slices.Max(probabilities))
	if !named && probabilities[best] < minConfidence {
		return otherClass
	}
	return best
}

// HasTypeName reports whether the title or URL of the page is the name of a type. The text of
// a link to the page does not count, because a page is a document on its own evidence.
func (p *Input) HasTypeName() bool {
	l, sc := defaultLexicon(), scratchPool.Get().(*scratch)
	defer scratchPool.Put(sc)
	return p.extractFeatures(l, &Background{}, 0, sc).ownName >= minNameScore
}

// ClassifyByRules returns the result for a page that the rules alone classify. It returns
// false if the page needs the model.
func (p *Input) ClassifyByRules() (Result, bool) {
	l, sc := defaultLexicon(), scratchPool.Get().(*scratch)
	defer scratchPool.Put(sc)
	return p.classifyByRules(p.extractFeatures(l, &Background{}, 0, sc))
}

func (p *Input) classifyByRules(ft *features) (Result, bool) {
	switch {
	case ft.gibberish:
		return Result{Type: doctype.Other, Confidence: 0.95}, true
	case isSoftError(p, ft):
		return Result{Type: doctype.Other, Confidence: 0.95, SoftError: true}, true
	case p.uniqueWords() < minWords && !p.isSubprocessorList(ft):
		return Result{Type: doctype.Other, Confidence: 0.9}, true
	}
	return Result{}, false
}

// subprocessorsClass is the index in Classes of the type for lists of subprocessors.
var subprocessorsClass = slices.Index(Classes, doctype.Subprocessors)

// isSubprocessorList reports whether the name and the content of a page are those of a list
// of subprocessors. Such a list can be complete with three rows, and its names can be links.
func (p *Input) isSubprocessorList(ft *features) bool {
	return ft.scores[bestNameMatch][subprocessorsClass] >= minNameScore && p.HasSubprocessorList != nil && p.HasSubprocessorList()
}

// isSoftError reports whether the title of a page, or the text of a short page, is that of an
// error page, a login page or an empty shell.
func isSoftError(p *Input, ft *features) bool {
	if ft.softError >= 0.6 && ft.softError > ft.typeName {
		return true
	}
	if p.WordCount >= maxErrorWords {
		return false
	}
	return ft.scores[openingFormula][softError] > 0 && ft.softError >= ft.typeName || ft.typeName < minNameScore && p.beginsLikeInterstitial()
}

// maxErrorWords is the number of words from which the text of a page is not that of an error
// page. It was chosen by hand.
const maxErrorWords = 120

// maxInterstitialBytes bounds the text in which an interstitial identifies itself: a little more
// than interstitial.Words words.
const maxInterstitialBytes = 8 * interstitial.Words

// beginsLikeInterstitial reports whether the text begins like an error page, a login or consent
// wall, or a page that needs scripts. The comparison of versions uses the same phrases.
func (p *Input) beginsLikeInterstitial() bool {
	return interstitial.Matches(tokenize.Fold(nil, p.Text[:min(len(p.Text), maxInterstitialBytes)]))
}

// maxShellWords is the number of words from which a page cannot be a shell whose text is
// loaded by a script. The words of a shell are mostly links and repeated lines.
const maxShellWords = 200

// uniqueWords returns the number of words of the page without repeated lines and links. For a
// page that is too long to be a shell, it returns the number of all words.
func (p *Input) uniqueWords() int {
	if p.WordCount >= maxShellWords {
		return p.WordCount
	}
	seen := map[string]bool{}
	n := p.WordCount - p.LinkWordCount
	for line := range strings.Lines(p.Markdown) {
		line = strings.Trim(line, "#-*> \r\n")
		if seen[line] {
			n -= tokenize.CountWords(line)
		}
		seen[line] = true
	}
	return max(n, 0)
}

// minProseLine is the approximate length, in bytes, of a line that contains a sentence: a
// dozen words of English, or two dozen Chinese characters.
const minProseLine = 80

// proseShare returns the share of the page's text that is in lines long enough to be
// sentences, and the length of these lines in bytes. It does not count link targets.
func (p *Input) proseShare() (share float32, bytes int) {
	all := 0
	for line := range strings.Lines(p.Markdown) {
		if strings.HasPrefix(line, "#") {
			continue // headings are separate features
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

// isLinkList reports whether links make up most of the page. A list of policies is not a policy.
func (p *Input) isLinkList() bool { return p.WordCount < 600 && p.LinkWordCount*2 > p.WordCount }
