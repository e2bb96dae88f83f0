package score

import (
	"bytes"
	"strings"
)

// entry is what is known of a phrase.
type entry struct {
	topic   int8 // index in topics plus one; 0: the phrase names no legal page
	more    bool // a longer phrase begins with it
	where   place
	learned [kinds]float32 // in log-odds, by where the phrase stands
}

// place is a bit for each kind of page that a word of the path says it is.
type place uint8

const (
	isElsewhere place = 1 << iota
	isStale
	isDoor
)

// wide is a phrase that is matched anywhere, for scripts without spaces or with
// many endings.
type wide struct {
	text  []byte
	topic int8
}

// affix is a stem in normal form.
type affix struct {
	text  []byte
	topic int8
}

// table finds phrases word by word.
type table struct {
	phrases  map[string]entry
	wide     []wide
	prefixes map[[stemKey]byte][]affix // by their first bytes
	suffixes map[[stemKey]byte][]affix // by their last bytes
	shapes   [shapes]float32
}

// stemKey is how many bytes of a stem its map is keyed by; no stem is shorter.
const stemKey = 5

// stemRest is how many bytes a compound has more than its stem at least.
const stemRest = 3

// longestWord and firstWide: a phrase of Latin letters is found by its words.
const firstWide = 0xc0

// known is the table of the written phrases and the learned weights.
var known = newTable(learnedText)

func newTable(learned string) *table {
	t := &table{phrases: map[string]entry{}, prefixes: map[[stemKey]byte][]affix{}, suffixes: map[[stemKey]byte][]affix{}}
	byName := map[string]int8{}
	for i, tp := range topics {
		n := int8(i + 1)
		byName[tp.name] = n
		for _, p := range phrases(tp.phrases) {
			if p[0] >= firstWide {
				t.wide = append(t.wide, wide{[]byte(p), n})
				continue
			}
			t.name(p, n)
			// Addresses glue words together: termsofuse, cookiepolicy.
			if glued := strings.ReplaceAll(p, " ", ""); len(glued) >= 8 {
				t.name(glued, n)
			}
		}
	}
	for _, s := range stems {
		a := affix{[]byte(s.text), byName[s.topic]}
		if s.suffix {
			k := [stemKey]byte(a.text[len(a.text)-stemKey:])
			t.suffixes[k] = append(t.suffixes[k], a)
		} else {
			k := [stemKey]byte(a.text)
			t.prefixes[k] = append(t.prefixes[k], a)
		}
	}
	for list, bit := range map[string]place{elsewhere: isElsewhere, stale: isStale, doors: isDoor} {
		for _, p := range phrases(list) {
			t.change(p, func(e *entry) { e.where |= bit })
		}
	}
	t.learn(learned)
	return t
}

// name gives a phrase its topic, unless it has one that weighs as much.
func (t *table) name(p string, topic int8) {
	t.change(p, func(e *entry) {
		if e.topic == 0 || topics[topic-1].weight > topics[e.topic-1].weight {
			e.topic = topic
		}
	})
}

// change edits a phrase's entry and marks the phrases that begin it.
func (t *table) change(p string, do func(*entry)) {
	e := t.phrases[p]
	do(&e)
	t.phrases[p] = e
	for i := strings.LastIndexByte(p, ' '); i > 0; i = strings.LastIndexByte(p[:i], ' ') {
		head := t.phrases[p[:i]]
		head.more = true
		t.phrases[p[:i]] = head
	}
}

// affixed is the topic of a compound, 0 for none.
func (t *table) affixed(word []byte) int8 {
	if len(word) < stemKey+stemRest {
		return 0
	}
	for _, a := range t.prefixes[[stemKey]byte(word)] {
		if len(word) >= len(a.text)+stemRest && bytes.HasPrefix(word, a.text) {
			return a.topic
		}
	}
	for _, a := range t.suffixes[[stemKey]byte(word[len(word)-stemKey:])] {
		if len(word) >= len(a.text)+stemRest && bytes.HasSuffix(word, a.text) {
			return a.topic
		}
	}
	return 0
}

// phrases reads a list of phrases between commas or lines, in normal form.
func phrases(list string) []string {
	var out []string
	for _, p := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == '\n' }) {
		if p = normal(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
