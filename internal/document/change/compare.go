// Package change says how two readings of one document differ: by section, by word,
// and whether it means anything.
package change

import (
	"strings"

	"github.com/clausea/crawler/internal/document/plain"
)

// Kind is how two readings of one document differ.
type Kind string

// The kinds of change.
const (
	KindNone     Kind = "none"     // the same words
	KindCosmetic Kind = "cosmetic" // only marks, case, order of equal parts or contact details differ
	KindBroken   Kind = "broken"   // the new page lost its text
	KindChange   Kind = "change"
)

// Op is one run of words that is equal, added or removed.
type Op struct {
	Kind string `json:"kind"` // equal, added or removed
	Text string `json:"text"`
}

// SectionChange is one changed section.
type SectionChange struct {
	Heading string `json:"heading"`
	Added   int    `json:"added"` // words
	Removed int    `json:"removed"`
	Ops     []Op   `json:"ops"`
}

// Change is what differs between two readings.
type Change struct {
	Kind     Kind            `json:"kind"`
	Added    int             `json:"added"` // words
	Removed  int             `json:"removed"`
	Sections []SectionChange `json:"sections,omitempty"`
}

// brokenShare of the text must be left, or the page is taken for broken: no
// revision among the recorded histories of public documents kept so little.
const brokenShare = 0.2

// Reading is one reading of a document.
type Reading struct {
	Markdown string
	Text     string // normalised
	Hash     string // of Text
	Words    int    // of Text
	// Error says that an error, login or consent page came in the document's place.
	Error bool
}

// Compare says what changed from old to cur.
func Compare(old, cur Reading) Change {
	if old.Hash == cur.Hash && old.Hash != "" {
		return Change{Kind: KindNone}
	}
	if old.Words >= 80 && (float64(cur.Words) < brokenShare*float64(old.Words) || cur.Error) {
		return Change{Kind: KindBroken, Removed: old.Words - cur.Words}
	}
	a, b := sections(old.Markdown), sections(cur.Markdown)
	ch := Change{Kind: KindNone}
	for _, p := range align(a, b) {
		s := compareSection(p[0], p[1])
		if s.Added+s.Removed == 0 {
			continue
		}
		ch.Added += s.Added
		ch.Removed += s.Removed
		ch.Sections = append(ch.Sections, s)
	}
	switch {
	case ch.Added+ch.Removed == 0 && old.Text == cur.Text:
		ch.Kind = KindNone
	case ch.Added+ch.Removed == 0 || sameBag(ch.Sections):
		ch.Kind = KindCosmetic
	default:
		ch.Kind = KindChange
	}
	return ch
}

// section is a heading and the words below it.
type section struct {
	heading string
	words   []string // as they are shown
	keys    []string // as they are compared
}

func sections(md string) []section {
	var out []section
	cur := section{}
	for line := range strings.SplitSeq(md, "\n") {
		if strings.HasPrefix(line, "#") {
			if len(cur.words) > 0 || cur.heading != "" {
				out = append(out, cur)
			}
			cur = section{heading: plain.Normalise(line)}
		}
		for _, w := range strings.Fields(separateWide(plain.Normalise(line))) {
			if k := key(w); k != "" {
				cur.words = append(cur.words, w)
				cur.keys = append(cur.keys, k)
			}
		}
	}
	if len(cur.words) > 0 {
		out = append(out, cur)
	}
	return out
}

// separateWide puts spaces around ideographs and kana, which are written without.
func separateWide(s string) string {
	wide := false
	for _, r := range s {
		if r >= 0x3040 && r <= 0x9fff {
			wide = true
			break
		}
	}
	if !wide {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if r >= 0x3040 && r <= 0x9fff {
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// key is a word as it is compared: without case and outer punctuation; contact
// details that sites obfuscate anew at each request all count as the same.
func key(w string) string {
	k := strings.ToLower(strings.Trim(w, `.,;:()[]{}"'“”‘’«»!?…·•–—-*_`))
	if strings.Contains(k, "@") || strings.Contains(k, "email-protection") || k == "[email" || k == "protected" || k == "email" {
		return "@"
	}
	return k
}

// align pairs sections by heading, in order; one that has no partner is paired
// with nothing.
func align(a, b []section) [][2]section {
	pairs := lcs(len(a), len(b), func(i, j int) bool { return a[i].heading == b[j].heading })
	var out [][2]section
	i, j := 0, 0
	for _, p := range append(pairs, [2]int{len(a), len(b)}) {
		// What stands between two pairs is compared together, so that a renamed
		// heading does not show its whole section as new.
		left, right := join(a[i:p[0]]), join(b[j:p[1]])
		if len(left.words)+len(right.words) > 0 {
			out = append(out, [2]section{left, right})
		}
		if p[0] < len(a) {
			out = append(out, [2]section{a[p[0]], b[p[1]]})
		}
		i, j = p[0]+1, p[1]+1
	}
	return out
}

func join(ss []section) section {
	var out section
	for _, s := range ss {
		if out.heading == "" {
			out.heading = s.heading
		}
		out.words = append(out.words, s.words...)
		out.keys = append(out.keys, s.keys...)
	}
	return out
}

// lcs is the longest common subsequence of two short sequences, as index pairs.
func lcs(n, m int, eq func(i, j int) bool) [][2]int {
	if n > 2000 || m > 2000 {
		n, m = min(n, 2000), min(m, 2000)
	}
	t := make([][]int16, n+1)
	for i := range t {
		t[i] = make([]int16, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if eq(i, j) {
				t[i][j] = t[i+1][j+1] + 1
			} else {
				t[i][j] = max(t[i+1][j], t[i][j+1])
			}
		}
	}
	var out [][2]int
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case eq(i, j):
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		case t[i+1][j] >= t[i][j+1]:
			i++
		default:
			j++
		}
	}
	return out
}

// sameBag says whether all sections together only moved words.
func sameBag(ss []SectionChange) bool {
	bag := map[string]int{}
	for _, s := range ss {
		for _, o := range s.Ops {
			for _, w := range strings.Fields(o.Text) {
				switch o.Kind {
				case "added":
					bag[key(w)]++
				case "removed":
					bag[key(w)]--
				}
			}
		}
	}
	for _, n := range bag {
		if n != 0 {
			return false
		}
	}
	return true
}
