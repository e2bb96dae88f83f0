package docx

import (
	"cmp"
	"unicode"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/change/editscript"
)

// Bounds of the comparison. They were chosen by hand.
const (
	// maxPairs is the maximum number of pairs of a deleted and an inserted paragraph, at one
	// place, whose words are compared to find which belong together.
	maxPairs = 2500
	// minSimilarity is the share of equal words from which two paragraphs are one that changed.
	minSimilarity = 0.4
	// wordAnchor is the length of an anchor of the comparison of words: see editscript.Diff.
	wordAnchor = 3
)

// Track compares two texts: first by paragraph, and then changed paragraphs by word.
func Track(old, cur []Paragraph) []Tracked {
	t := tracker{old: old, cur: cur, numbers: map[Paragraph]uint64{}}
	matches, _ := editscript.Diff(t.number(old), t.number(cur), 1)
	x, y := 0, 0
	for _, m := range append(matches, editscript.Match{A: len(old), B: len(cur)}) {
		t.gap(x, m.A, y, m.B)
		for i := range m.Len {
			p := cur[m.B+i]
			t.out = append(t.out, Tracked{Style: p.Style, Runs: []Run{{Equal, p.Text}}})
		}
		x, y = m.A+m.Len, m.B+m.Len
	}
	return t.out
}

type tracker struct {
	old, cur []Paragraph
	numbers  map[Paragraph]uint64
	out      []Tracked
}

// number gives each paragraph a number that equal paragraphs share.
func (t *tracker) number(list []Paragraph) []uint64 {
	out := make([]uint64, len(list))
	for i, p := range list {
		n, ok := t.numbers[p]
		if !ok {
			n = uint64(len(t.numbers))
			t.numbers[p] = n
		}
		out[i] = n
	}
	return out
}

// gap writes the paragraphs [a0:a1) of the old text and [b0:b1) of the new one, of which none are
// equal in order.
func (t *tracker) gap(a0, a1, b0, b1 int) {
	pairs := pairSimilar(t.old[a0:a1], t.cur[b0:b1])
	x, y := a0, b0
	for _, p := range append(pairs, pair{a1 - a0, b1 - b0}) {
		for ; x < a0+p.old; x++ {
			t.out = append(t.out, whole(t.old[x], Deleted))
		}
		for ; y < b0+p.cur; y++ {
			t.out = append(t.out, whole(t.cur[y], Inserted))
		}
		if x < a1 && y < b1 {
			t.out = append(t.out, Tracked{Style: t.cur[y].Style, Runs: trackWords(t.old[x].Text, t.cur[y].Text)})
			x, y = x+1, y+1
		}
	}
}

func whole(p Paragraph, s State) Tracked {
	return Tracked{Style: p.Style, State: s, Runs: []Run{{s, p.Text}}}
}

// pair is a deleted and an inserted paragraph that are one that changed.
type pair struct{ old, cur int }

// pairSimilar returns the pairs of similar paragraphs in order, with the greatest total
// similarity. If there are too many paragraphs, it returns none.
func pairSimilar(old, cur []Paragraph) []pair {
	n, m := len(old), len(cur)
	if n == 0 || m == 0 || n*m > maxPairs {
		return nil
	}
	words := make([]map[string]int, m)
	for j, p := range cur {
		words[j] = countWords(p.Text)
	}
	best := make([][]float64, n+1) // of old[i:] and cur[j:]
	best[n] = make([]float64, m+1)
	similar := make([][]float64, n)
	for i := n - 1; i >= 0; i-- {
		best[i], similar[i] = make([]float64, m+1), make([]float64, m)
		mine := countWords(old[i].Text)
		for j := m - 1; j >= 0; j-- {
			best[i][j] = max(best[i+1][j], best[i][j+1])
			if old[i].Style != cur[j].Style {
				continue
			}
			if s := similarity(mine, words[j]); s >= minSimilarity {
				similar[i][j] = s
				best[i][j] = max(best[i][j], best[i+1][j+1]+s)
			}
		}
	}
	var out []pair
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case similar[i][j] > 0 && cmp.Compare(best[i][j], best[i+1][j+1]+similar[i][j]) == 0:
			out = append(out, pair{i, j})
			i, j = i+1, j+1
		case best[i+1][j] >= best[i][j+1]:
			i++
		default:
			j++
		}
	}
	return out
}

// countWords counts the words of a text. The entry "" is their number.
func countWords(s string) map[string]int {
	out := map[string]int{}
	for _, token := range tokens(s) {
		if r, _ := utf8.DecodeRuneInString(token); isWordRune(r) {
			out[token]++
			out[""]++
		}
	}
	return out
}

// similarity returns the share of words that two texts have in common, from 0 to 1.
func similarity(a, b map[string]int) float64 {
	if a[""]+b[""] == 0 {
		return 0
	}
	common := 0
	for word, n := range a {
		if word != "" {
			common += min(n, b[word])
		}
	}
	return 2 * float64(common) / float64(a[""]+b[""])
}

// trackWords compares two texts by word. The equal and the deleted runs together are the old
// text, the equal and the inserted runs the new one.
func trackWords(old, cur string) []Run {
	a, b := tokens(old), tokens(cur)
	numbers := map[string]uint64{}
	number := func(list []string) []uint64 {
		out := make([]uint64, len(list))
		for i, token := range list {
			if _, ok := numbers[token]; !ok {
				numbers[token] = uint64(len(numbers))
			}
			out[i] = numbers[token]
		}
		return out
	}
	matches, _ := editscript.Diff(number(a), number(b), wordAnchor)
	var out []Run
	add := func(s State, list []string) {
		for _, token := range list {
			if n := len(out); n > 0 && out[n-1].State == s {
				out[n-1].Text += token
			} else {
				out = append(out, Run{s, token})
			}
		}
	}
	x, y := 0, 0
	for _, m := range append(matches, editscript.Match{A: len(a), B: len(b)}) {
		add(Deleted, a[x:m.A])
		add(Inserted, b[y:m.B])
		add(Equal, b[m.B:m.B+m.Len])
		x, y = m.A+m.Len, m.B+m.Len
	}
	return out
}

// tokens divides a text into words and the single characters between them. Scripts without
// spaces are divided into characters.
func tokens(s string) []string {
	var out []string
	start := 0
	for i, r := range s {
		word := isWordRune(r)
		if word && i > start {
			if last, _ := utf8.DecodeLastRuneInString(s[:i]); isWordRune(last) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) {
				continue
			}
		}
		if i > start {
			out = append(out, s[start:i])
		}
		start = i
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

// isWordRune reports whether a character belongs to a word.
func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '\''
}
