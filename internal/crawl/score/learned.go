package score

import (
	_ "embed"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// learnedText has a line for each weight: where the phrase stands (path, text or
// host), the phrase in normal form, and the weight in log-odds. Lines that begin
// with shape name one of the shapes. hack/trainscore writes it.
//
//go:embed learned.txt
var learnedText string

// linkShape is something about a link beside its words. The place of a link on its page
// is none of them: most pages with labelled links are documents themselves, whose
// text links to other documents as no other page's does.
type linkShape int

const (
	slugWhole         linkShape = iota // a phrase is all of the path's last segment
	slugNamedNonLegal                  // nearly all of it, under a folder that says something else
	slugLong                           // the last segment has six words or more
	slugNumber                         // an article's number is in the path
	slugNone                           // there is no path
	deepPath                           // there are four segments or more
	hasQuery                           // there is a query
	textWhole                          // a phrase is all of the text
	numShapes
)

var shapeNames = [numShapes]string{
	"slug-whole", "slug-named-elsewhere", "slug-long", "slug-number", "slug-none", "deep", "query",
	"text-whole",
}

// hasShape says whether a link has a shape.
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

var positionNames = [numPositions]string{"path", "text", "host"}

// addLearned reads the learned weights. The text is part of the program, so a line that
// can't be read is a mistake of whoever wrote it; it is left out, and the package's
// tests find it.
func (t *table) addLearned(text string) {
	for line := range strings.Lines(text) {
		what, phrase, w, err := parseWeight(line)
		if err != nil || what == "" {
			continue
		}
		if what == "shape" {
			for s, name := range shapeNames {
				if name == phrase {
					t.shapeWeights[s] = w
				}
			}
			continue
		}
		for k, name := range positionNames {
			if name == what {
				t.update(phrase, func(e *phraseEntry) { e.learned[k] = w })
			}
		}
	}
}

// parseWeight reads a line "what phrase weight"; an empty line or one that begins
// with # has none of them.
func parseWeight(line string) (what, phrase string, weight float32, err error) {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == '#' {
		return "", "", 0, nil
	}
	what, rest, _ := strings.Cut(line, " ")
	i := strings.LastIndexByte(rest, ' ')
	if i <= 0 {
		return "", "", 0, fmt.Errorf("learned weight %q: it reads WHERE PHRASE WEIGHT", line)
	}
	w, err := strconv.ParseFloat(rest[i+1:], 32)
	if err != nil {
		return "", "", 0, fmt.Errorf("learned weight %q: %w", line, err)
	}
	return what, rest[:i], float32(w), nil
}

// maxLearnedWords is how many words a learned phrase has at most.
const maxLearnedWords = 2

// Features names all of a link that weights are learned for, in the form of the
// learned table: "path WORDS", "text WORDS", "host LABEL" and "shape NAME", as
// often as it has them. It is for hack/trainscore.
func Features(u *url.URL, text string) []string {
	var out []string
	add := func(what, phrase string) { out = append(out, what+" "+phrase) }
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

// PhraseScore is the score by the written phrases alone, which training starts from.
func PhraseScore(u *url.URL, text, region string) float64 {
	r := phraseTable.extract(u, text, region)
	return r.phraseScore()
}
