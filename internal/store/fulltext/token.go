package fulltext

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// token is a word or a pair of characters in a text.
type token struct {
	text       string
	start, end int // byte offsets in the text
	// middle is the offset of the second character of a pair, and middleOf its position in
	// text. They are 0 for a word and for a single character.
	middle, middleOf int
}

// continues reports whether the token shares a character with the previous one, so that both
// belong to one word of a script without spaces.
func (t token) continues(previous token) bool { return t.middle > 0 && previous.middle == t.start }

// normalize returns the form of a text that tokenize expects: valid UTF-8 with composed
// characters.
func normalize(text string) string {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	if !norm.NFC.IsNormalString(text) {
		text = norm.NFC.String(text)
	}
	return text
}

// tokenize returns the tokens of a normalized text in order, at most limit.
func tokenize(text string, limit int) []token {
	s := scanner{source: text, out: make([]token, 0, min(limit, len(text)/6+1))}
	t := table()
	for i, r := range text {
		if len(s.out) >= limit {
			break
		}
		f := fold(t, r)
		end := i + utf8.RuneLen(r)
		switch f.class {
		case separator:
			s.endWord()
			s.endRun()
		case letter:
			s.endRun()
			s.addLetter(f.text, i, end)
		case paired:
			s.endWord()
			char := f.text
			if char == "" {
				char = text[i:end]
			}
			s.addPaired(char, i, end)
		case ignored:
			if len(s.word) > 0 {
				s.end = end
			}
		}
	}
	s.endWord()
	s.endRun()
	return s.out[:min(len(s.out), limit)]
}

// scanner collects tokens.
type scanner struct {
	source string
	out    []token

	word       []byte // token of the current word
	start, end int    // of the current word

	// The previous character of the current run of paired characters, and the number of its
	// characters.
	char               string
	charStart, charEnd int
	length             int
}

func (s *scanner) addLetter(text string, start, end int) {
	if len(s.word) == 0 {
		s.start = start
	}
	s.end = end
	if len(s.word)+len(text) <= maxTokenBytes {
		s.word = append(s.word, text...)
	}
}

func (s *scanner) endWord() {
	if len(s.word) == 0 {
		return
	}
	text := s.source[s.start:s.end] // most words need no memory of their own
	if text != string(s.word) {
		text = string(s.word)
	}
	s.out = append(s.out, token{text: text, start: s.start, end: s.end})
	s.word = s.word[:0]
}

func (s *scanner) addPaired(char string, start, end int) {
	if s.length > 0 {
		text := s.source[s.charStart:end]
		if s.charEnd != start || text[:start-s.charStart] != s.char || text[start-s.charStart:] != char {
			text = s.char + char
		}
		s.out = append(s.out, token{text: text, start: s.charStart, end: end, middle: start, middleOf: len(s.char)})
	}
	s.char, s.charStart, s.charEnd = char, start, end
	s.length++
}

// endRun ends a run of paired characters. A run of one character is a token.
func (s *scanner) endRun() {
	if s.length == 1 {
		s.out = append(s.out, token{text: s.char, start: s.charStart, end: s.charEnd})
	}
	s.length = 0
}
