package classify

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// token is a word of a text in lower case and without accents, or one character of
// a script without spaces.
type token struct {
	hash     uint64 // FNV-1a of it
	exact    uint32 // the lexicon's number of it, 0 where it has none
	prefix   uint32 // the lexicon's number of the longest beginning that it has
	hasDigit bool   // has a digit in it: no feature by itself
}

// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// minPrefix is the least length of a word's beginning that the lexicon may name,
// in bytes, and maxPrefix the most.
const (
	minPrefix = 4
	maxPrefix = 40
)

// foldedLatin has the lower-case letters without marks of Latin letters, empty for other
// characters.
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

// isSingleCharWord says whether a character is a word by itself: those of scripts that put no
// spaces between words, or, in Korean, put endings at words.
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

// stopWords are words that names have or lack without meaning another thing.
var stopWords = strings.Fields(`of and the for an de du des la le les et di da do dos das del della dello dei degli delle
	dell sull und fur der die den zur zum el los las van het och og il lo gli`)

// stopWordID is the lexicon's number of the skipped words.
const stopWordID = 1

func hashWord(w string) uint64 {
	h := uint64(fnvOffset)
	for i := range len(w) {
		h = (h ^ uint64(w[i])) * fnvPrime
	}
	return h
}

// appendTokens appends at most limit words of s to dst. Single letters and the skipped
// words are left out.
func (l *lexicon) appendTokens(dst []token, s string, limit int) []token {
	h, n := uint64(fnvOffset), 0
	run := 0 // letters since the word's last point
	digit := false
	begin := uint32(0)
	letter := func(b byte) {
		h = (h ^ uint64(b)) * fnvPrime
		n++
		run++
	}
	beginning := func() {
		if n >= minPrefix && n <= maxPrefix && l.prefixFilter.has(h) {
			if id := l.prefixes.get(h); id != 0 {
				begin = id
			}
		}
	}
	end := func() {
		if n > 1 {
			t := token{hash: h, prefix: begin, hasDigit: digit}
			if l.exactFilter.has(h) {
				t.exact = l.exact.get(h)
			}
			if t.exact != stopWordID {
				dst = append(dst, t)
			}
		}
		h, n, run, digit, begin = fnvOffset, 0, 0, false, 0
	}
	for i := 0; i < len(s) && len(dst) < limit; {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c >= 'a' && c <= 'z':
				letter(c)
				beginning()
			case c >= 'A' && c <= 'Z':
				letter(c + 'a' - 'A')
				beginning()
			case c >= '0' && c <= '9':
				letter(c)
				digit = true
			case n == 0:
			case c == '.' && run == 1 && startsWithInitial(s[i:]):
				run = 0 // "U.S." is one word
			default:
				end()
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case int(r) < len(foldedLatin) && foldedLatin[r] != "":
			for j := range len(foldedLatin[r]) {
				letter(foldedLatin[r][j])
			}
			beginning()
		case unicode.Is(unicode.Mn, r) || r == 0x200b || r == 0xad:
		case isSingleCharWord(r):
			if n > 0 {
				end()
			}
			var b [utf8.UTFMax]byte
			for _, x := range b[:utf8.EncodeRune(b[:], r)] {
				letter(x)
			}
			end()
		case unicode.IsLetter(r):
			var b [utf8.UTFMax]byte
			for _, x := range b[:utf8.EncodeRune(b[:], unicode.ToLower(r))] {
				letter(x)
			}
			beginning()
		case n > 0:
			end()
		}
	}
	if n > 0 && len(dst) < limit {
		end()
	}
	return dst
}

// startsWithInitial says whether s begins with a letter that stands alone.
func startsWithInitial(s string) bool {
	letter := func(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
	return len(s) > 0 && letter(s[0]) && (len(s) == 1 || !letter(s[1]))
}

// bloomFilter is a small set of hashes that may say yes where it should say no.
type bloomFilter [1 << 11]uint64

func (b *bloomFilter) add(h uint64)      { b[h>>6&(1<<11-1)] |= 1 << (h & 63) }
func (b *bloomFilter) has(h uint64) bool { return b[h>>6&(1<<11-1)]&(1<<(h&63)) != 0 }
