package fulltext

// Entry is what the search index holds of a text. It has hashes instead of words, so it is small,
// and a different word can have the same hash. A search therefore checks the texts that it finds
// with Query.Read.
type Entry struct {
	// Terms lists the distinct tokens of the text, in the order of their first occurrence.
	Terms []Term
	// Prominent lists the terms of the tokens that occur in a heading or often, as
	// ProminentTermOf returns them.
	Prominent []Term
	// Pairs holds the pairs of tokens that follow each other. A text without any of the pairs of a
	// phrase does not contain the phrase.
	Pairs Pairs
}

// A token is prominent if it occurs in a heading, or at least prominentCount times and once in
// prominentShare tokens. A text of 2,000 words about arbitration has the word more than ten
// times.
const (
	prominentCount = 3
	prominentShare = 200
)

// NewEntry returns the index entry of a text. It has the tokens that tokenize returns, and reads
// the text without making strings of them, because each stored version is indexed.
func NewEntry(text string) Entry {
	text = normalize(prefix(text, maxTextBytes))
	x := newIndexer(text)
	x.readText()
	return x.entry()
}

// entry returns the entry of the tokens that x has read.
func (x *indexer) entry() Entry {
	e := Entry{Terms: make([]Term, len(x.words.all)), Pairs: x.pairs.fold()}
	least := max(prominentCount, (x.tokens+prominentShare-1)/prominentShare)
	for i, w := range x.words.all {
		e.Terms[i] = termOf(w.hash)
		if w.count >= least || w.heading {
			e.Prominent = append(e.Prominent, prominentTermOf(w.hash))
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
