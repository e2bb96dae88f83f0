// Package language tells which language a text is in, and which country's variant
// of it a page declares. The text decides: by its script, then by its commonest
// words and by letters that few languages have. What a page declares is taken
// where the text is too short to tell, and between near relatives.
package language

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Of is the ISO 639-1 code of a text, or empty where neither the text nor what is
// declared tells. declared are language tags (RFC 5646), the most trusted first,
// such as that of the html element and that of the Content-Language header.
func Of(text string, declared ...string) string {
	var said []string
	for _, d := range declared {
		if l, _ := split(d); l != "" {
			said = append(said, l)
		}
	}
	c := count(text)
	if l := c.byScript(said); l != "" {
		return l
	}
	best, sure := c.best(said)
	if !sure && len(said) > 0 {
		return said[0]
	}
	return best
}

// Region is the ISO 3166-1 country, upper case, that a declared tag names, if the
// text is in the tag's language; else empty.
func Region(language string, declared ...string) string {
	for _, d := range declared {
		if l, region := split(d); l == language && region != "" {
			return region
		}
	}
	return ""
}

// aliases are codes that ISO 639-1 has dropped or has not, but pages declare.
var aliases = map[string]string{
	"nb": "no", "nn": "no", "iw": "he", "in": "id", "mo": "ro", "sh": "sr", "jp": "ja", "cz": "cs", "gr": "el", "ua": "uk",
	"kr": "ko", "cn": "zh", "tw": "zh", "dk": "da", "zho": "zh", "deu": "de", "eng": "en", "fra": "fr", "spa": "es", "ita": "it", "nld": "nl", "por": "pt", "jpn": "ja", "kor": "ko",
}

// split takes language and country of a tag such as en-GB, zh-Hant-TW or pt_BR.
func split(tag string) (language, region string) {
	tag, _, _ = strings.Cut(strings.TrimSpace(tag), ",")
	parts := strings.FieldsFunc(tag, func(r rune) bool { return r == '-' || r == '_' })
	if len(parts) == 0 || len(parts) > 8 {
		return "", ""
	}
	language = strings.ToLower(parts[0])
	if a, ok := aliases[language]; ok {
		language = a
	}
	if len(language) != 2 || !alphabetic(language) {
		return "", ""
	}
	for _, p := range parts[1:] {
		if len(p) == 1 { // an extension follows
			break
		}
		if len(p) == 2 && alphabetic(p) {
			if region = strings.ToUpper(p); region == "UK" {
				region = "GB"
			}
			break
		}
	}
	return language, region
}

func alphabetic(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) }) < 0
}

// Sampling of long texts: so many windows of so many bytes, evenly spread, so that
// neither a preamble nor an annex in another language decides.
const (
	windows    = 5
	windowSize = 2000
)

// counts are what was found in a text.
type counts struct {
	letters, words int
	han, kana, hangul, cyrillic, greek, arabic, hebrew,
	thai, devanagari, bengali, tamil, georgian, armenian int
	score  []float64 // by the number of the language in tables.names
	tables *tables
}

func count(text string) *counts {
	c := &counts{tables: load()}
	c.score = make([]float64, len(c.tables.names))
	if len(text) <= windows*windowSize {
		c.add(text)
		return c
	}
	for i := range windows {
		from := (len(text) - windowSize) * i / (windows - 1)
		for from < len(text) && !utf8.RuneStart(text[from]) {
			from++
		}
		c.add(text[from:min(len(text), from+windowSize)])
	}
	return c
}

// maxWord is the longest word that is looked up, in bytes.
const maxWord = 24

// add counts a piece of text in one pass.
func (c *counts) add(s string) {
	var word [maxWord + utf8.UTFMax]byte
	n := 0
	end := func() {
		if n > 0 {
			c.words++
			if n <= maxWord {
				for _, v := range c.tables.words[string(word[:n])] {
					c.score[v.language] += v.weight
				}
			}
		}
		n = 0
	}
	for i := 0; i < len(s); {
		b := s[i]
		switch {
		case 'a' <= b && b <= 'z':
			c.letters++
			if n < maxWord+1 {
				word[n] = b
				n++
			}
			i++
			continue
		case 'A' <= b && b <= 'Z':
			c.letters++
			if n < maxWord+1 {
				word[n] = b + 'a' - 'A'
				n++
			}
			i++
			continue
		case b == '\'' && n > 0 && i+1 < len(s): // l'utente, ta'
			if n < maxWord+1 {
				word[n] = b
				n++
			}
			i++
			continue
		case b < utf8.RuneSelf:
			end()
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		if r == '’' {
			r = '\''
		} else if !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '·' && r != '¿' {
			end()
			continue
		}
		r = unicode.ToLower(r)
		c.letter(r)
		if n+utf8.RuneLen(r) <= len(word) {
			n += utf8.EncodeRune(word[n:], r)
		} else {
			n = maxWord + 1
		}
	}
	end()
}

// letter counts one that is not ASCII.
func (c *counts) letter(r rune) {
	c.letters++
	switch {
	case r < 0x370 || r >= 0x1e00 && r < 0x1f00:
		for _, l := range c.tables.latin[r] {
			c.score[l.language] += l.weight
		}
	case r < 0x400 || r >= 0x1f00 && r < 0x2000:
		c.greek++
	case r < 0x530:
		c.cyrillic++
		for _, l := range c.tables.cyrillic[r] {
			c.score[l.language] += l.weight
		}
	case r < 0x590:
		c.armenian++
	case r < 0x600:
		c.hebrew++
	case r < 0x780:
		c.arabic++
		for _, l := range c.tables.arabic[r] {
			c.score[l.language] += l.weight
		}
	case r >= 0x900 && r < 0x980:
		c.devanagari++
	case r >= 0x980 && r < 0xa00:
		c.bengali++
	case r >= 0xb80 && r < 0xc00:
		c.tamil++
	case r >= 0xe00 && r < 0xe80:
		c.thai++
	case r >= 0x10a0 && r < 0x1100:
		c.georgian++
	case r >= 0x3040 && r < 0x3100:
		c.kana++
	case r >= 0xac00 && r < 0xd7b0 || r >= 0x1100 && r < 0x1200:
		c.hangul++
	case unicode.Is(unicode.Han, r):
		c.han++
	}
}

// byScript tells languages that have a script of their own, and those of Cyrillic
// and Arabic script apart. A letter of an unspaced script is worth several Latin ones.
func (c *counts) byScript(declared []string) string {
	wide := c.kana + c.han + c.hangul
	switch {
	case c.letters == 0:
		return ""
	case wide*6 > c.letters:
		switch {
		case c.hangul*3 > wide:
			return "ko"
		case c.kana*12 > wide:
			return "ja"
		case c.kana == 0 && wide < 40 && len(declared) > 0 && declared[0] == "ja": // a title in ideographs alone
			return "ja"
		}
		return "zh"
	case c.greek*2 > c.letters:
		return "el"
	case c.hebrew*2 > c.letters:
		return "he"
	case c.thai*2 > c.letters:
		return "th"
	case c.devanagari*2 > c.letters:
		return among(declared, "hi", "mr", "ne")
	case c.bengali*2 > c.letters:
		return "bn"
	case c.tamil*2 > c.letters:
		return "ta"
	case c.georgian*2 > c.letters:
		return "ka"
	case c.armenian*2 > c.letters:
		return "hy"
	case c.cyrillic*2 > c.letters:
		return c.within(cyrillic, declared, "ru")
	case c.arabic*2 > c.letters:
		return c.within(arabic, declared, "ar")
	}
	return ""
}

// among is what is declared, if it is one of these, else the first of them.
func among(declared []string, languages ...string) string {
	for _, d := range declared {
		for _, l := range languages {
			if d == l {
				return l
			}
		}
	}
	return languages[0]
}

// within is the best language of one script; what is declared wins a draw.
func (c *counts) within(languages map[string]script, declared []string, otherwise string) string {
	best, most := otherwise, 0.0
	for i, l := range c.tables.names {
		if _, ok := languages[l]; !ok {
			continue
		}
		n := c.score[i]
		if len(declared) > 0 && declared[0] == l {
			n = n*1.1 + 0.01
		}
		if n > most || n == most && n > 0 && l < best {
			best, most = l, n
		}
	}
	return best
}

// Surety of the words: so much of the score for each word, and so many points.
const (
	surePerWord = 0.08
	surePoints  = 3.0
	// relative is how near to the best a declared language must come to be taken:
	// near relatives share most of their words.
	relative = 0.93
)

// best is the language with the most words and letters, and whether they are enough
// to overrule what is declared.
func (c *counts) best(declared []string) (language string, sure bool) {
	most, second := 0.0, 0.0
	for i, n := range c.score {
		l := c.tables.names[i]
		if n > most || n == most && l < language {
			language, most, second = l, n, most
		} else if n > second {
			second = n
		}
	}
	for _, d := range declared {
		if i := slices.Index(c.tables.names, d); i >= 0 && most > 0 && c.score[i] >= most*relative {
			return d, true
		}
	}
	sure = most >= surePoints && most >= surePerWord*float64(c.words) && most > 1.15*second
	if !sure && len(declared) == 0 && (most < 0.5 || c.words > 60 && most < surePerWord/2*float64(c.words)) {
		return "", false
	}
	return language, sure
}
