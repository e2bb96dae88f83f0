package score

import (
	"bytes"
	"strings"
)

// phraseEntry is what is known of a phrase.
type phraseEntry struct {
	topic     int8 // index in topics plus one; 0: the phrase names no legal page
	isPrefix  bool // a longer phrase begins with it
	pageKinds pageKind
	learned   [numPositions]float32 // in log-odds, by where the phrase stands
}

// pageKind is a bit for each kind of page that a word of the path says it is.
type pageKind uint8

const (
	nonLegalSection pageKind = 1 << iota
	superseded
	actionPage
)

// substringPhrase is a phrase that is matched anywhere, for scripts without spaces or with
// many endings.
type substringPhrase struct {
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
	phrases      map[string]phraseEntry
	substrings   []substringPhrase
	prefixes     map[[stemKeyLength]byte][]affix // by their first bytes
	suffixes     map[[stemKeyLength]byte][]affix // by their last bytes
	shapeWeights [numShapes]float32
}

// stemKeyLength is how many bytes of a stem its map is keyed by; no stem is shorter.
const stemKeyLength = 5

// minCompoundRest is how many bytes a compound has more than its stem at least.
const minCompoundRest = 3

// longestWord and firstNonASCII: a phrase of Latin letters is found by its words.
const firstNonASCII = 0xc0

// phraseTable is the table of the written phrases and the learned weights.
var phraseTable = newTable(learnedText)

func newTable(learned string) *table {
	t := &table{phrases: map[string]phraseEntry{}, prefixes: map[[stemKeyLength]byte][]affix{}, suffixes: map[[stemKeyLength]byte][]affix{}}
	byName := map[string]int8{}
	for i, tp := range topics {
		n := int8(i + 1)
		byName[tp.name] = n
		for _, p := range parsePhrases(tp.phrases) {
			if p[0] >= firstNonASCII {
				t.substrings = append(t.substrings, substringPhrase{[]byte(p), n})
				continue
			}
			t.setTopic(p, n)
			// Addresses glue words together: termsofuse, cookiepolicy.
			if glued := strings.ReplaceAll(p, " ", ""); len(glued) >= 8 {
				t.setTopic(glued, n)
			}
		}
	}
	for _, s := range stems {
		a := affix{[]byte(s.text), byName[s.topic]}
		if s.suffix {
			k := [stemKeyLength]byte(a.text[len(a.text)-stemKeyLength:])
			t.suffixes[k] = append(t.suffixes[k], a)
		} else {
			k := [stemKeyLength]byte(a.text)
			t.prefixes[k] = append(t.prefixes[k], a)
		}
	}
	for list, bit := range map[string]pageKind{nonLegalWords: nonLegalSection, supersededWords: superseded, actionWords: actionPage} {
		for _, p := range parsePhrases(list) {
			t.update(p, func(e *phraseEntry) { e.pageKinds |= bit })
		}
	}
	t.addLearned(learned)
	return t
}

// setTopic gives a phrase its topic, unless it has one that weighs as much.
func (t *table) setTopic(p string, topic int8) {
	t.update(p, func(e *phraseEntry) {
		if e.topic == 0 || topics[topic-1].weight > topics[e.topic-1].weight {
			e.topic = topic
		}
	})
}

// update edits a phrase's entry and marks the phrases that begin it.
func (t *table) update(p string, do func(*phraseEntry)) {
	e := t.phrases[p]
	do(&e)
	t.phrases[p] = e
	for i := strings.LastIndexByte(p, ' '); i > 0; i = strings.LastIndexByte(p[:i], ' ') {
		head := t.phrases[p[:i]]
		head.isPrefix = true
		t.phrases[p[:i]] = head
	}
}

// compoundTopic is the topic of a compound, 0 for none.
func (t *table) compoundTopic(word []byte) int8 {
	if len(word) < stemKeyLength+minCompoundRest {
		return 0
	}
	for _, a := range t.prefixes[[stemKeyLength]byte(word)] {
		if len(word) >= len(a.text)+minCompoundRest && bytes.HasPrefix(word, a.text) {
			return a.topic
		}
	}
	for _, a := range t.suffixes[[stemKeyLength]byte(word[len(word)-stemKeyLength:])] {
		if len(word) >= len(a.text)+minCompoundRest && bytes.HasSuffix(word, a.text) {
			return a.topic
		}
	}
	return 0
}

// parsePhrases reads a list of phrases between commas or lines, in normal form.
func parsePhrases(list string) []string {
	var out []string
	for _, p := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == '\n' }) {
		if p = normalize(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
