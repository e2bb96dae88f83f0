package date

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// cueIndex maps the last word of a cue to the cues before a date, and the first word to the
// cues after a date. In scripts without spaces the key is the last or first character.
type cueIndex struct{ before, after map[string][]cue }

// indexedCues builds the index on first use. Commands that read no document do not need
// it.
var indexedCues = sync.OnceValue(func() cueIndex {
	index := cueIndex{map[string][]cue{}, map[string][]cue{}}
	add := func(to map[string][]cue, key func(string) string, list string, c cue) {
		for phrase := range strings.SplitSeq(strings.ReplaceAll(list, "\n", ";"), ";") {
			if c.phrase = fold(strings.TrimSpace(phrase)); c.phrase != "" {
				to[key(c.phrase)] = append(to[key(c.phrase)], c)
			}
		}
	}
	for _, l := range []struct {
		list string
		cue  cue
	}{
		{inForceStrong, cue{kind: inForce}},
		{updatedStrong, cue{kind: updated}},
		{publishedStrong, cue{kind: published}},
		{inForceWeak, cue{kind: inForce, weak: true}},
		{updatedWeak, cue{kind: updated, weak: true}},
		{publishedWeak, cue{kind: published, weak: true}},
		{inForceVague, cue{kind: inForce, vague: true}},
	} {
		add(index.before, lastWord, l.list, l.cue)
	}
	add(index.after, firstWord, inForceAfter, cue{kind: inForce})
	add(index.after, firstWord, updatedAfter, cue{kind: updated})
	add(index.after, firstWord, publishedAfter, cue{kind: published})
	add(index.after, firstWord, inForceNoun, cue{kind: inForce, weak: true})
	add(index.after, firstWord, updatedNoun, cue{kind: updated, weak: true})
	return index
})

// firstUnspacedRune is the first rune of the scripts without spaces between words: kana,
// ideographs and, because its particles are attached to the word, Hangul.
const firstUnspacedRune = 0x3040

// isUnspaced reports whether a rune belongs to a script without spaces between words,
// including Thai.
func isUnspaced(r rune) bool { return r >= firstUnspacedRune || r >= 0xe00 && r <= 0xe7f }

// lastWord returns the last word of a folded text, or the last character in a script
// without spaces.
func lastWord(s string) string {
	if r, n := utf8.DecodeLastRuneInString(s); isUnspaced(r) {
		return s[len(s)-n:]
	}
	i := strings.LastIndexAny(s, " \n(/-[:.,;\"'|#>")
	return s[i+1:]
}

// firstWord returns the first word of a folded text, or the first character in a script
// without spaces.
func firstWord(s string) string {
	if r, n := utf8.DecodeRuneInString(s); isUnspaced(r) {
		return s[:n]
	}
	if i := strings.IndexAny(s, " \n)/:.,;\"'|#"); i > 0 {
		return s[:i]
	}
	return s
}
