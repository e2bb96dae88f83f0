package fulltext

import (
	"slices"
	"strings"
)

// Entry is what the search index holds of a text.
type Entry struct {
	// Text is the tokens in order and then the single characters of pairs, separated by spaces.
	// A phrase is in the text if its tokens, separated by spaces, are in Text.
	Text string
	// Tokens lists the distinct tokens of Text, sorted.
	Tokens []string
	// Prominent lists the tokens that occur in a heading or often, sorted.
	Prominent []string
}

// boundary separates the tokens in order from the single characters in Entry.Text. It is not a
// token, so no phrase spans it.
const boundary = "§"

// A token is prominent if it occurs in a heading, or at least prominentCount times and once in
// prominentShare tokens. A text of 2,000 words about arbitration has the word more than ten
// times.
const (
	prominentCount = 3
	prominentShare = 200
)

// NewEntry returns the index entry of a text.
func NewEntry(text string) Entry {
	text = normalize(prefix(text, maxTextBytes))
	tokens := tokenize(text, maxTokens)
	counts := make(map[string]int, len(tokens)/2)
	chars := map[string]bool{}
	heading := map[string]bool{}
	var b strings.Builder
	inHeading := headings(text)
	for i, t := range tokens {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
		parts := []string{t.text}
		if t.middle > 0 {
			parts = append(parts, t.text[:t.middleOf])
			if i == len(tokens)-1 || !tokens[i+1].continues(t) {
				parts = append(parts, t.text[t.middleOf:])
			}
			for _, c := range parts[1:] {
				chars[c] = true
			}
		}
		isHeading := inHeading(t.start)
		for _, p := range parts {
			counts[p]++
			if isHeading {
				heading[p] = true
			}
		}
	}
	if len(chars) > 0 {
		b.WriteString(" " + boundary)
		for _, c := range sortedKeys(chars) {
			b.WriteString(" " + c)
		}
	}
	e := Entry{Text: b.String(), Tokens: sortedKeys(counts)}
	least := max(prominentCount, (len(tokens)+prominentShare-1)/prominentShare)
	for _, t := range e.Tokens {
		if counts[t] >= least || heading[t] {
			e.Prominent = append(e.Prominent, t)
		}
	}
	return e
}

// prefix returns the first n bytes of a text, without a part of a character.
func prefix(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xC0 == 0x80 { // continuation byte of UTF-8
		n--
	}
	return text[:n]
}

// headings returns a function that reports whether an offset of a Markdown text is in a heading.
// The offsets of its calls must not decrease.
func headings(text string) func(int) bool {
	start, end := 0, 0
	is := false
	return func(offset int) bool {
		for offset >= end {
			start = end
			end = len(text) + 1
			if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
				end = start + i + 1
			}
			is = text[start] == '#'
		}
		return is
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
