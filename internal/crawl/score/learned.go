package score

import (
	_ "embed"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// learnedText has one line for each weight: the position of a phrase (path, text or host), the
// phrase in normal form, and the weight in log-odds. A line that begins with "shape" has the
// name of a linkShape in place of the phrase. hack/trainscore writes the file.
//
//go:embed learned.txt
var learnedText string

// linkShape is a property of a link other than its words. The region is not a shape: most pages
// in the training data are documents, which link to other documents from their text more often
// than other pages do.
type linkShape int

const (
	slugWhole         linkShape = iota // a phrase is the whole slug
	slugNamedNonLegal                  // a phrase is nearly the whole slug, in a non-legal section
	slugLong                           // the slug has at least six words
	slugNumber                         // the path has an article number
	slugNone                           // there is no slug
	deepPath                           // the path has at least four segments
	hasQuery                           // there is a query
	textWhole                          // a phrase is the whole text
	numShapes
)

// shapeNames are the names of the shapes in learnedText.
var shapeNames = [numShapes]string{
	"slug-whole", "slug-named-non-legal", "slug-long", "slug-number", "slug-none", "deep", "query",
	"text-whole",
}

// hasShape reports whether a link has a shape.
func (r *linkFeatures) hasShape(s linkShape) bool {
	switch s {
	case slugWhole:
		return r.path.exact
	case slugNamedNonLegal:
		return r.path.namesDocument && r.path.pageKinds&nonLegalSection != 0
	case slugLong:
		return r.path.wordCount >= 6
	case slugNumber:
		return r.path.hasNumber
	case slugNone:
		return r.path.wordCount == 0
	case deepPath:
		return r.segments >= 4
	case hasQuery:
		return r.query
	case textWhole:
		return r.text.exact
	default:
		return false
	}
}

// positionNames are the names of the positions in learnedText.
var positionNames = [numPositions]string{"path", "text", "host"}

// addLearned adds the learned weights to the table. It skips malformed lines, which a test
// detects.
func (t *table) addLearned(text string) {
	for line := range strings.Lines(text) {
		kind, phrase, w, err := parseWeight(line)
		if err != nil || kind == "" {
			continue
		}
		if kind == "shape" {
			for s, name := range shapeNames {
				if name == phrase {
					t.shapeWeights[s] = w
				}
			}
			continue
		}
		for k, name := range positionNames {
			if name == kind {
				t.update(phrase, func(e *phraseEntry) { e.learned[k] = w })
			}
		}
	}
}

// parseWeight parses a line "KIND PHRASE WEIGHT". kind is empty for an empty line or a comment.
func parseWeight(line string) (kind, phrase string, weight float32, err error) {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == '#' {
		return "", "", 0, nil
	}
	kind, rest, _ := strings.Cut(line, " ")
	i := strings.LastIndexByte(rest, ' ')
	if i <= 0 {
		return "", "", 0, fmt.Errorf("learned weight %q does not have the form KIND PHRASE WEIGHT", line)
	}
	w, err := strconv.ParseFloat(rest[i+1:], 32)
	if err != nil {
		return "", "", 0, fmt.Errorf("parse learned weight %q: %w", line, err)
	}
	return kind, rest[:i], float32(w), nil
}

// maxLearnedWords is the largest number of words of a learned phrase.
const maxLearnedWords = 2

// Features returns the features of a link that may have a learned weight: "path WORDS",
// "text WORDS", "host LABEL" and "shape NAME". A feature is listed as often as it occurs.
// hack/trainscore uses it.
func Features(u *url.URL, text string) []string {
	var out []string
	add := func(kind, phrase string) { out = append(out, kind+" "+phrase) }
	var p, w wordList
	p.addURL(u)
	w.addText(text)
	for k, side := range []*wordList{inPath: &p, inText: &w} {
		for i := range side.count {
			for n := 1; n <= maxLearnedWords && i+n <= side.count; n++ {
				add(positionNames[k], string(side.phrase(i, n)))
			}
		}
	}
	for label := range hostLabels(u) {
		add(positionNames[inHost], label)
	}
	r := phraseTable.extract(u, text, "")
	for s := range numShapes {
		if r.hasShape(s) {
			add("shape", shapeNames[s])
		}
	}
	return out
}

// PhraseScore returns the score of a link by the listed phrases alone. hack/trainscore learns
// weights that are added to it, in log-odds.
func PhraseScore(u *url.URL, text, region string) float64 {
	r := phraseTable.extract(u, text, region)
	return r.phraseScore()
}
