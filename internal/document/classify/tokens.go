package classify

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// token is a word in lower case and without diacritics, or a single character of a script
// that does not separate words with spaces.
type token struct {
	hash     uint64 // FNV-1a
	exact    uint32 // word ID in the lexicon, or 0
	prefix   uint32 // word ID of the longest matching prefix in the lexicon, or 0
	hasDigit bool   // contains a digit; such tokens are not hashed
}

// Parameters of FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// minPrefix and maxPrefix limit the length of the prefixes in the lexicon, in bytes.
const (
	minPrefix = 4
	maxPrefix = 40
)

// foldedLatin maps Latin letters to lower-case letters without diacritics. It is empty for
// other characters.
var foldedLatin = func() (t [0x1f00]string) {
	for r := rune(0xc0); r < rune(len(t)); r++ {
		if r >= 0x250 && r < 0x1e00 || !unicode.IsLetter(r) {
			continue
		}
		var out []rune
		for _, d := range norm.NFD.String(string(unicode.ToLower(r))) {
			if !unicode.Is(unicode.Mn, d) {
				out = append(out, d)
			}
		}
		t[r] = string(out)
	}
	for r, s := range map[rune]string{
		'ß': "ss", 'ẞ': "ss", 'æ': "ae", 'Æ': "ae", 'œ': "oe", 'Œ': "oe", 'ø': "o", 'Ø': "o", 'ł': "l", 'Ł': "l",
		'đ': "d", 'Đ': "d", 'ð': "d", 'Ð': "d", 'þ': "th", 'Þ': "th", 'ı': "i",
	} {
		t[r] = s
	}
	return t
}()

// isSingleCharWord reports whether a character is a token by itself. This applies to scripts
// without spaces between words, and to Korean, whose words have suffixes.
func isSingleCharWord(r rune) bool {
	switch {
	case r < 0xe01:
		return false
	case r <= 0xe5b, r >= 0x3041 && r <= 0x30ff && r != '・', r >= 0x3400 && r <= 0x4dbf, r >= 0x4e00 && r <= 0x9fff,
		r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff, r >= 0x20000 && r <= 0x3134f:
		return !unicode.Is(unicode.Mn, r)
	}
	return false
}

// stopWords can be added to or missing from a name without changing its meaning.
var stopWords = strings.Fields(`of and the for an de du des la le les et di da do dos das del della dello dei degli delle
	dell sull und fur der die den zur zum el los las van het och og il lo gli`)

// stopWordID is the word ID of all stop words.
const stopWordID = 1

func hashWord(w string) uint64 {
	h := uint64(fnvOffset)
	for i := range len(w) {
		h = (h ^ uint64(w[i])) * fnvPrime
	}
	return h
}

// appendTokens appends the tokens of s to dst until dst has limit tokens. It skips single
// letters and stop words.
func (l *lexicon) appendTokens(dst []token, s string, limit int) []token {
	t := tokenizer{lexicon: l, tokens: dst, hash: fnvOffset}
	for i := 0; i < len(s) && len(t.tokens) < limit; {
		if n := t.addLetters(s[i:]); n > 0 {
			i += n
			continue
		}
		if c := s[i]; c < utf8.RuneSelf {
			i++
			t.addASCII(c, s[i:])
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		t.addRune(r)
	}
	if t.length > 0 && len(t.tokens) < limit {
		t.endToken()
	}
	return t.tokens
}

// tokenizer holds the tokens of a text and the state of the current token.
type tokenizer struct {
	lexicon  *lexicon
	tokens   []token
	hash     uint64
	length   int    // in bytes, after folding
	sinceDot int    // bytes since the last dot within the token
	prefix   uint32 // word ID of the longest matching prefix
	hasDigit bool
}

// addLetters adds the ASCII letters at the beginning of s and returns their number.
func (t *tokenizer) addLetters(s string) int {
	hash, length, n := t.hash, t.length, 0
	for ; n < len(s); n++ {
		c := s[n] | 0x20 // in lower case, if it is a letter
		if c < 'a' || c > 'z' {
			break
		}
		hash = (hash ^ uint64(c)) * fnvPrime
		if length++; length >= minPrefix && length <= maxPrefix && t.lexicon.prefixFilter.has(hash) {
			t.matchPrefix(hash)
		}
	}
	t.hash, t.length, t.sinceDot = hash, length, t.sinceDot+n
	return n
}

// addASCII adds an ASCII character that is not a letter; rest is the text after it.
func (t *tokenizer) addASCII(c byte, rest string) {
	switch {
	case c >= '0' && c <= '9':
		t.addByte(c)
		t.hasDigit = true
	case t.length == 0:
	case c == '.' && t.sinceDot == 1 && startsWithInitial(rest):
		t.sinceDot = 0 // "U.S." is one word
	default:
		t.endToken()
	}
}

// addRune adds a character that is not ASCII.
func (t *tokenizer) addRune(r rune) {
	switch {
	case int(r) < len(foldedLatin) && foldedLatin[r] != "":
		for i := range len(foldedLatin[r]) {
			t.addByte(foldedLatin[r][i])
		}
		t.addPrefix()
	case unicode.Is(unicode.Mn, r) || r == 0x200b || r == 0xad:
		// Combining marks, zero-width spaces and soft hyphens do not end a token.
	case isSingleCharWord(r):
		if t.length > 0 {
			t.endToken()
		}
		t.addUTF8(r)
		t.endToken()
	case unicode.IsLetter(r):
		t.addUTF8(unicode.ToLower(r))
		t.addPrefix()
	case t.length > 0:
		t.endToken()
	}
}

func (t *tokenizer) addUTF8(r rune) {
	var buf [utf8.UTFMax]byte
	for _, b := range buf[:utf8.EncodeRune(buf[:], r)] {
		t.addByte(b)
	}
}

func (t *tokenizer) addByte(b byte) {
	t.hash = (t.hash ^ uint64(b)) * fnvPrime
	t.length++
	t.sinceDot++
}

// addPrefix looks up the current token as a prefix in the lexicon.
func (t *tokenizer) addPrefix() {
	if t.length >= minPrefix && t.length <= maxPrefix && t.lexicon.prefixFilter.has(t.hash) {
		t.matchPrefix(t.hash)
	}
}

// matchPrefix sets prefix if the lexicon has a prefix with this hash.
func (t *tokenizer) matchPrefix(hash uint64) {
	if id := t.lexicon.prefixes.get(hash); id != 0 {
		t.prefix = id
	}
}

// endToken appends the current token and starts a new one.
func (t *tokenizer) endToken() {
	if t.length > 1 {
		next := token{hash: t.hash, prefix: t.prefix, hasDigit: t.hasDigit}
		if t.lexicon.exactFilter.has(t.hash) {
			next.exact = t.lexicon.exact.get(t.hash)
		}
		if next.exact != stopWordID {
			t.tokens = append(t.tokens, next)
		}
	}
	t.hash, t.length, t.sinceDot, t.hasDigit, t.prefix = fnvOffset, 0, 0, false, 0
}

// startsWithInitial reports whether s starts with a letter that is followed by a non-letter.
func startsWithInitial(s string) bool {
	letter := func(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
	return len(s) > 0 && letter(s[0]) && (len(s) == 1 || !letter(s[1]))
}

// bloomFilter is a small set of hashes. has can return true for a hash that was not added.
type bloomFilter [1 << 11]uint64

func (b *bloomFilter) add(h uint64)      { b[h>>6&(1<<11-1)] |= 1 << (h & 63) }
func (b *bloomFilter) has(h uint64) bool { return b[h>>6&(1<<11-1)]&(1<<(h&63)) != 0 }
