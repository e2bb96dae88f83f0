package fulltext

import (
	"sync"
	"unicode/utf8"
)

// indexer reads the tokens of a text, as tokenize does, and counts their hashes.
type indexer struct {
	text    string
	tokens  int // number of tokens
	heading bool
	words   wordCounts
	pairs   Pairs
	last    uint64 // hash of the last token, or 0

	// The current word: its unfinished hash and its length in bytes.
	hash   uint64
	length int

	// The current run of paired characters: the last one, and the number of characters.
	char  string
	chars int
	// second is the hash of the second character of the last pair, or 0. It is a token of its own
	// unless the next pair begins with it.
	second uint64
}

func newIndexer(text string) *indexer {
	return &indexer{text: text, heading: len(text) > 0 && text[0] == '#', hash: fnvOffset, words: newWordCounts(), pairs: newPairs(text)}
}

// asciiLetters holds the folded form of each ASCII character that is part of a word, or 0.
var asciiLetters = sync.OnceValue(func() *[utf8.RuneSelf]byte {
	letters := new([utf8.RuneSelf]byte)
	for c, f := range table()[:utf8.RuneSelf] {
		if f.class == letter {
			letters[c] = f.text[0]
		}
	}
	return letters
})

// readText reads the text.
func (x *indexer) readText() {
	t, letters := table(), asciiLetters()
	for i := 0; i < len(x.text) && x.tokens < maxTokens; {
		c := x.text[i]
		switch {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(x.text[i:])
			x.read(fold(t, r), x.text[i:i+size])
			i += size
			continue
		case letters[c] != 0:
			x.endRun()
			i = x.readASCII(letters, i)
			continue
		}
		x.endWord()
		x.endRun()
		if i++; c == '\n' {
			x.heading = i < len(x.text) && x.text[i] == '#'
		}
	}
	x.endWord()
	x.endRun()
}

// readASCII reads the ASCII letters from an offset on. It returns the offset after them.
func (x *indexer) readASCII(letters *[utf8.RuneSelf]byte, i int) int {
	hash, length := x.hash, x.length
	for ; i < len(x.text) && x.text[i] < utf8.RuneSelf; i++ {
		l := letters[x.text[i]]
		if l == 0 {
			break
		}
		if length < maxTokenBytes {
			hash = (hash ^ uint64(l)) * fnvPrime
			length++
		}
	}
	x.hash, x.length = hash, length
	return i
}

// read reads a character outside of ASCII.
func (x *indexer) read(f folded, source string) {
	switch f.class {
	case separator:
		x.endWord()
		x.endRun()
	case letter:
		x.endRun()
		if x.length+len(f.text) <= maxTokenBytes {
			x.hash = addBytes(x.hash, f.text)
			x.length += len(f.text)
		}
	case paired:
		x.endWord()
		char := f.text
		if char == "" {
			char = source
		}
		if x.chars > 0 {
			x.addPair(char)
		}
		x.char = char
		x.chars++
	case ignored:
	}
}

// addPair adds the pair of the last character and the next.
func (x *indexer) addPair(next string) {
	first := addBytes(fnvOffset, x.char)
	if x.add(mix(addBytes(first, next))) {
		x.words.add(mix(first), x.heading)
		x.second = hashString(next)
	}
}

func (x *indexer) endWord() {
	if x.length > 0 {
		x.add(mix(x.hash))
		x.hash, x.length = fnvOffset, 0
	}
}

func (x *indexer) endRun() {
	if x.chars > 0 {
		x.addRun()
	}
}

// addRun adds the end of a run.
func (x *indexer) addRun() {
	if x.chars == 1 {
		x.add(hashString(x.char))
	}
	if x.second != 0 {
		x.words.add(x.second, x.heading)
		x.second = 0
	}
	x.chars = 0
}

// add adds the next token. It reports whether the token is within the bound of an entry.
func (x *indexer) add(hash uint64) bool {
	if x.tokens >= maxTokens {
		return false
	}
	if x.tokens > 0 {
		x.pairs.add(pairOf(x.last, hash))
	}
	x.tokens++
	x.last = hash
	x.words.add(hash, x.heading)
	return true
}
