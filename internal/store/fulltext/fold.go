package fulltext

import (
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// class is what a character is for the tokenizer.
type class uint8

const (
	separator class = iota // separates words
	ignored                // is inside of a word and not part of its token
	letter                 // letter, digit or mark of a word
	paired                 // character of a script that is split into pairs
)

// pairScripts are the scripts that are split into pairs of characters.
var pairScripts = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Hangul, unicode.Thai, unicode.Lao,
	unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
}

// prolonged marks extend a kana. They belong to no script.
const (
	prolongedSound          = 'ー'
	prolongedSoundHalfWidth = 'ｰ'
)

// tatweel stretches an Arabic word for layout.
const tatweel = 'ـ'

// unmarked maps letters that have no decomposition to the letters that people type for them.
var unmarked = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ħ': "h", 'ı': "i", 'ŧ': "t", 'ς': "σ",
}

// folded is the class of a character and its part of a token.
type folded struct {
	class class
	text  string
}

// tableSize covers the alphabets of Europe and the Near East, including Vietnamese and Greek
// extensions.
const tableSize = 0x2000

// table holds the folded forms of the first characters, because normalizing each character of
// each text is slow.
var table = sync.OnceValue(func() *[tableSize]folded {
	t := new([tableSize]folded)
	for r := range t {
		t[r] = computeFold(rune(r))
	}
	return t
})

// fold returns the class of r and its part of a token. The text is empty if it is r itself.
func fold(t *[tableSize]folded, r rune) folded {
	switch {
	case r < tableSize:
		return t[r]
	case isUnchangedPaired(r):
		return folded{class: paired}
	}
	return computeFold(r)
}

// isUnchangedPaired reports whether r is in one of the large blocks of paired characters without
// other forms: unified ideographs, kana or Hangul syllables. computeFold is slow, and texts consist
// mostly of these.
func isUnchangedPaired(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x3041 && r <= 0x3096 || r >= 0x30A1 && r <= 0x30FA || r >= 0xAC00 && r <= 0xD7A3
}

func computeFold(r rune) folded {
	switch {
	case r == prolongedSound || r == prolongedSoundHalfWidth:
		return folded{paired, string(prolongedSound)}
	case r == tatweel || unicode.Is(unicode.Cf, r):
		return folded{class: ignored}
	case !unicode.In(r, unicode.L, unicode.N, unicode.M):
		return folded{}
	case unicode.In(r, pairScripts...):
		// Half-width and compatibility forms have a full form of one character.
		if full := []rune(norm.NFKC.String(string(r))); len(full) == 1 {
			r = full[0]
		}
		return folded{paired, string(r)}
	}
	var text []rune
	for _, d := range norm.NFKD.String(string(r)) {
		d = unicode.ToLower(d)
		switch s := unmarked[d]; {
		case isDiacritic(d) || !unicode.In(d, unicode.L, unicode.N, unicode.M):
		case s != "":
			text = append(text, []rune(s)...)
		default:
			text = append(text, d)
		}
	}
	if len(text) == 0 {
		return folded{class: ignored}
	}
	return folded{letter, string(text)}
}

// isDiacritic reports whether r is a mark that words are also written without. Marks of the
// scripts of India, for example, are vowels and belong to the word.
func isDiacritic(r rune) bool {
	return unicode.Is(unicode.Mn, r) && unicode.In(r, unicode.Inherited, unicode.Hebrew, unicode.Arabic, unicode.Latin, unicode.Greek, unicode.Cyrillic)
}
