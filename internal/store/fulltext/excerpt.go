package fulltext

import (
	"cmp"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/store"
)

// Sizes of excerpts in bytes.
const (
	excerptBytes    = 240
	maxExcerptBytes = 4 * excerptBytes // a phrase can be longer than an excerpt
)

// match is an occurrence of a phrase in a text.
type match struct {
	start, end int // byte offsets
	phrase     int // index in the query
}

// Read returns the passages of a text in which most phrases of the query occur, in the order of the
// text, and whether all phrases occur in it. There are no passages if the text contains no phrase.
func (q Query) Read(text string) (excerpts []store.Excerpt, all bool) {
	text = normalize(prefix(text, maxTextBytes))
	matches := q.find(tokenize(text, maxTokens))
	found := make([]bool, len(q.Phrases))
	for _, m := range matches {
		found[m.phrase] = true
	}
	return q.excerpts(text, matches), !slices.Contains(found, false)
}

// excerpts returns the passages of a text with most matches.
func (q Query) excerpts(text string, matches []match) []store.Excerpt {
	var chosen []passage
	for _, p := range q.passages(matches) {
		p.widen(text)
		if !slices.ContainsFunc(chosen, p.overlaps) {
			chosen = append(chosen, p)
		}
		if len(chosen) == store.MaxExcerpts {
			break
		}
	}
	slices.SortFunc(chosen, func(a, b passage) int { return cmp.Compare(a.start, b.start) })
	var out []store.Excerpt
	for _, p := range chosen {
		out = append(out, store.Excerpt{Text: strings.Map(blank, text[p.start:p.end]), Highlights: p.highlights(matches)})
	}
	return out
}

// blank replaces line breaks and other control characters with spaces of the same length.
func blank(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

// find returns the occurrences of the phrases in the order of their starts.
func (q Query) find(tokens []token) (matches []match) {
	starts := make(map[string][]int, len(q.Phrases)) // phrases by first token
	for i, p := range q.Phrases {
		starts[p[0]] = append(starts[p[0]], i)
	}
	for i, t := range tokens {
		for _, n := range starts[t.text] {
			if p := q.Phrases[n]; len(p) <= len(tokens)-i && slices.EqualFunc(p[1:], tokens[i+1:i+len(p)], func(a string, b token) bool { return a == b.text }) {
				matches = append(matches, match{t.start, tokens[i+len(p)-1].end, n})
			}
		}
		if t.middle == 0 {
			continue
		}
		for _, n := range starts[t.text[:t.middleOf]] { // words of one character
			if len(q.Phrases[n]) == 1 {
				matches = append(matches, match{t.start, t.middle, n})
			}
		}
		if i+1 < len(tokens) && tokens[i+1].continues(t) {
			continue // the next pair begins with the second character
		}
		for _, n := range starts[t.text[t.middleOf:]] {
			if len(q.Phrases[n]) == 1 {
				matches = append(matches, match{t.middle, t.end, n})
			}
		}
	}
	slices.SortStableFunc(matches, func(a, b match) int { return cmp.Compare(a.start, b.start) })
	return matches
}

// passage is a part of a text with matches.
type passage struct {
	start, end int // byte offsets
	phrases    int // number of different phrases
}

// maxPassages bounds the passages from which Excerpts chooses.
const maxPassages = 1000

// passages returns the parts of a text that begin with a match and are not longer than an
// excerpt, those with most phrases first.
func (q Query) passages(matches []match) []passage {
	counts := make([]int, len(q.Phrases))
	phrases, last := 0, 0 // of matches[i:last]
	var out []passage
	for i, m := range matches[:min(len(matches), maxPassages)] {
		end := m.end
		for ; last < len(matches) && (last <= i || matches[last].end-m.start <= excerptBytes); last++ {
			if counts[matches[last].phrase]++; counts[matches[last].phrase] == 1 {
				phrases++
			}
		}
		for _, n := range matches[i:last] {
			end = max(end, n.end)
		}
		out = append(out, passage{m.start, end, phrases})
		if counts[m.phrase]--; counts[m.phrase] == 0 {
			phrases--
		}
	}
	slices.SortStableFunc(out, func(a, b passage) int { return cmp.Compare(b.phrases, a.phrases) })
	return out
}

// widen adds the text around a passage up to the size of an excerpt, in whole words where there
// are spaces.
func (p *passage) widen(text string) {
	if p.end-p.start > maxExcerptBytes {
		p.end = p.start + len(prefix(text[p.start:], maxExcerptBytes))
		return
	}
	spare := max(0, excerptBytes-(p.end-p.start))
	if start := p.start - spare/3; start <= 0 {
		p.start = 0
	} else {
		for text[start]&0xC0 == 0x80 {
			start++
		}
		if i := strings.IndexAny(text[start:p.start], " \n"); i >= 0 {
			start += i + 1
		}
		p.start = start
	}
	rest := text[p.end:]
	if after := prefix(rest, spare-spare/3); len(after) < len(rest) {
		if i := strings.LastIndexAny(after, " \n"); i >= 0 {
			after = after[:i]
		}
		rest = after
	}
	p.end += len(rest)
}

// overlaps reports whether two passages have a common part.
func (p passage) overlaps(o passage) bool { return p.start < o.end && o.start < p.end }

// highlights returns the matches in a passage as offsets in it. Matches that overlap are joined.
func (p passage) highlights(matches []match) [][2]int {
	var out [][2]int
	for _, m := range matches {
		start, end := max(m.start, p.start)-p.start, min(m.end, p.end)-p.start
		if start >= end {
			continue
		}
		if n := len(out); n > 0 && start < out[n-1][1] {
			out[n-1][1] = max(out[n-1][1], end)
		} else {
			out = append(out, [2]int{start, end})
		}
	}
	return out
}
