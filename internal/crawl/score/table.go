package score

import (
	"bytes"
	"strings"
)

// phraseEntry holds the properties of a phrase.
type phraseEntry struct {
	topic     int8 // index in topics plus one; 0: none
	isPrefix  bool // a longer phrase begins with this one
	pageKinds pageKind
	learned   [numPositions]float32 // weights in log-odds, by position
}

// pageKind is a bit set of the kinds of pages that the words of a link indicate.
type pageKind uint8

const (
	nonLegalSection pageKind = 1 << iota // see nonLegalWords
	superseded                           // see supersededWords
	actionPage                           // see actionWords
)

// substringPhrase is a phrase that is found anywhere in a text, also within a word. It serves
// scripts without spaces and languages with many endings.
type substringPhrase struct {
	text  []byte
	topic int8
}

// affix is a stem in the form of the table.
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

// stemKeyLength is the length of the map keys of stems, in bytes. No stem is shorter.
const stemKeyLength = 5

// minCompoundRest is the minimum number of bytes by which a compound is longer than its stem.
// It was chosen by hand.
const minCompoundRest = 3

// minJoinedLength is the minimum length of a phrase that is also recognized without its spaces,
// in bytes. It was chosen by hand.
const minJoinedLength = 8

// firstNonASCII is the lower bound of the first byte of a multi-byte UTF-8 sequence. A phrase
// that begins with such a byte is matched as a substring, any other by its words.
const firstNonASCII = 0xc0

// phraseTable is the table of the listed phrases and the learned weights.
var phraseTable = newTable(learnedText)

// newTable builds the table from the listed phrases and the given learned weights.
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
			// URLs join words: termsofuse, cookiepolicy.
			if joined := strings.ReplaceAll(p, " ", ""); len(joined) >= minJoinedLength {
				t.setTopic(joined, n)
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

// setTopic gives a phrase a topic, unless it has one of at least the same weight.
func (t *table) setTopic(p string, topic int8) {
	t.update(p, func(e *phraseEntry) {
		if e.topic == 0 || topics[topic-1].weight > topics[e.topic-1].weight {
			e.topic = topic
		}
	})
}

// update edits a phrase's entry and marks its prefixes.
func (t *table) update(p string, edit func(*phraseEntry)) {
	e := t.phrases[p]
	edit(&e)
	t.phrases[p] = e
	for i := strings.LastIndexByte(p, ' '); i > 0; i = strings.LastIndexByte(p[:i], ' ') {
		head := t.phrases[p[:i]]
		head.isPrefix = true
		t.phrases[p[:i]] = head
	}
}

// compoundTopic returns the topic of a compound word, 0 if it has none.
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

// parsePhrases returns the phrases of a list in normal form. Commas and line ends separate them.
func parsePhrases(list string) []string {
	var out []string
	for _, p := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == '\n' }) {
		if p = normalize(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
