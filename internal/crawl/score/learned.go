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

// shape is something about a link beside its words. The place of a link on its page
// is none of them: most pages with labelled links are documents themselves, whose
// text links to other documents as no other page's does.
type shape int

const (
	slugWhole          shape = iota // a phrase is all of the path's last segment
	slugNamedElsewhere              // nearly all of it, under a folder that says something else
	slugLong                        // the last segment has six words or more
	slugNumber                      // an article's number is in the path
	slugNone                        // there is no path
	deep                            // there are four segments or more
	queried                         // there is a query
	textWhole                       // a phrase is all of the text
	shapes
)

var shapeNames = [shapes]string{
	"slug-whole", "slug-named-elsewhere", "slug-long", "slug-number", "slug-none", "deep", "query",
	"text-whole",
}

// has says whether a link has a shape.
func (r *reading) has(s shape) bool {
	switch s {
	case slugWhole:
		return r.path.whole
	case slugNamedElsewhere:
		return r.path.named && r.path.where&isElsewhere != 0
	case slugLong:
		return r.path.words >= 6
	case slugNumber:
		return r.path.number
	case slugNone:
		return r.path.words == 0
	case deep:
		return r.segments >= 4
	case queried:
		return r.query
	case textWhole:
		return r.text.whole
	default:
		return false
	}
}

var kindNames = [kinds]string{"path", "text", "host"}

// learn reads the learned weights. The text is part of the program, so a line that
// can't be read is a mistake of whoever wrote it; it is left out, and the package's
// tests find it.
func (t *table) learn(text string) {
	for line := range strings.Lines(text) {
		what, phrase, w, err := parseWeight(line)
		if err != nil || what == "" {
			continue
		}
		if what == "shape" {
			for s, name := range shapeNames {
				if name == phrase {
					t.shapes[s] = w
				}
			}
			continue
		}
		for k, name := range kindNames {
			if name == what {
				t.change(phrase, func(e *entry) { e.learned[k] = w })
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

// maxPhrase is how many words a learned phrase has at most.
const maxPhrase = 2

// Features names all of a link that weights are learned for, in the form of the
// learned table: "path WORDS", "text WORDS", "host LABEL" and "shape NAME", as
// often as it has them. It is for hack/trainscore.
func Features(u *url.URL, text string) []string {
	var out []string
	add := func(what, phrase string) { out = append(out, what+" "+phrase) }
	var p, w words
	p.url(u)
	w.text(text)
	for k, side := range []*words{inPath: &p, inText: &w} {
		for i := range side.n {
			for n := 1; n <= maxPhrase && i+n <= side.n; n++ {
				add(kindNames[k], string(side.phrase(i, n)))
			}
		}
	}
	for label := range hostLabels(u) {
		add(kindNames[inHost], label)
	}
	r := known.read(u, text, "")
	for s := range shapes {
		if r.has(s) {
			add("shape", shapeNames[s])
		}
	}
	return out
}

// PhraseScore is the score by the written phrases alone, which training starts from.
func PhraseScore(u *url.URL, text, region string) float64 {
	r := known.read(u, text, region)
	return r.written()
}
