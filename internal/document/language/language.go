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

// Detect is the ISO 639-1 code of a text, or empty where neither the text nor what is
// declared tells. declared are language tags (RFC 5646), the most trusted first,
// such as that of the html element and that of the Content-Language header.
func Detect(text string, declared ...string) string {
	var codes []string
	for _, d := range declared {
		if l, _ := parseTag(d); l != "" {
			codes = append(codes, l)
		}
	}
	c := analyze(text)
	if l := c.detectByScript(codes); l != "" {
		return l
	}
	best, reliable := c.bestByScore(codes)
	if !reliable && len(codes) > 0 {
		return codes[0]
	}
	return best
}

// Region is the ISO 3166-1 country, upper case, that a declared tag names, if the
// text is in the tag's language; else empty.
func Region(language string, declared ...string) string {
	for _, d := range declared {
		if l, region := parseTag(d); l == language && region != "" {
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

// parseTag takes language and country of a tag such as en-GB, zh-Hant-TW or pt_BR.
func parseTag(tag string) (language, region string) {
	tag, _, _ = strings.Cut(strings.TrimSpace(tag), ",")
	parts := strings.FieldsFunc(tag, func(r rune) bool { return r == '-' || r == '_' })
	if len(parts) == 0 || len(parts) > 8 {
		return "", ""
	}
	language = strings.ToLower(parts[0])
	if a, ok := aliases[language]; ok {
		language = a
	}
	if len(language) != 2 || !isASCIILetters(language) {
		return "", ""
	}
	for _, p := range parts[1:] {
		if len(p) == 1 { // an extension follows
			break
		}
		if len(p) == 2 && isASCIILetters(p) {
			if region = strings.ToUpper(p); region == "UK" {
				region = "GB"
			}
			break
		}
	}
	return language, region
}

func isASCIILetters(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) }) < 0
}

// Sampling of long texts: so many windows of so many bytes, evenly spread, so that
// neither a preamble nor an annex in another language decides.
const (
	sampleCount = 5
	sampleBytes = 2000
)

// statistics are what was found in a text.
type statistics struct {
	letters, words int
	han, kana, hangul, cyrillic, greek, arabic, hebrew,
	thai, devanagari, bengali, tamil, georgian, armenian int
	score  []float64 // by the number of the language in tables.names
	tables *scoreTables
}

func analyze(text string) *statistics {
	c := &statistics{tables: loadTables()}
	c.score = make([]float64, len(c.tables.languages))
	if len(text) <= sampleCount*sampleBytes {
		c.addText(text)
		return c
	}
	for i := range sampleCount {
		from := (len(text) - sampleBytes) * i / (sampleCount - 1)
		for from < len(text) && !utf8.RuneStart(text[from]) {
			from++
		}
		c.addText(text[from:min(len(text), from+sampleBytes)])
	}
	return c
}

// maxWordBytes is the longest word that is looked up, in bytes.
const maxWordBytes = 24

// addText counts a piece of text in one pass.
func (c *statistics) addText(s string) {
	var word [maxWordBytes + utf8.UTFMax]byte
	n := 0
	end := func() {
		if n > 0 {
			c.words++
			if n <= maxWordBytes {
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
			if n < maxWordBytes+1 {
				word[n] = b
				n++
			}
			i++
			continue
		case 'A' <= b && b <= 'Z':
			c.letters++
			if n < maxWordBytes+1 {
				word[n] = b + 'a' - 'A'
				n++
			}
			i++
			continue
		case b == '\'' && n > 0 && i+1 < len(s): // l'utente, ta'
			if n < maxWordBytes+1 {
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
		c.addLetter(r)
		if n+utf8.RuneLen(r) <= len(word) {
			n += utf8.EncodeRune(word[n:], r)
		} else {
			n = maxWordBytes + 1
		}
	}
	end()
}

// addLetter counts one that is not ASCII.
func (c *statistics) addLetter(r rune) {
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

// detectByScript tells languages that have a script of their own, and those of Cyrillic
// and Arabic script apart. A letter of an unspaced script is worth several Latin ones.
func (c *statistics) detectByScript(declared []string) string {
	cjk := c.kana + c.han + c.hangul
	switch {
	case c.letters == 0:
		return ""
	case cjk*6 > c.letters:
		switch {
		case c.hangul*3 > cjk:
			return "ko"
		case c.kana*12 > cjk:
			return "ja"
		case c.kana == 0 && cjk < 40 && len(declared) > 0 && declared[0] == "ja": // a title in ideographs alone
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
		return preferDeclared(declared, "hi", "mr", "ne")
	case c.bengali*2 > c.letters:
		return "bn"
	case c.tamil*2 > c.letters:
		return "ta"
	case c.georgian*2 > c.letters:
		return "ka"
	case c.armenian*2 > c.letters:
		return "hy"
	case c.cyrillic*2 > c.letters:
		return c.bestOfScript(cyrillicLanguages, declared, "ru")
	case c.arabic*2 > c.letters:
		return c.bestOfScript(arabicLanguages, declared, "ar")
	}
	return ""
}

// preferDeclared is what is declared, if it is one of these, else the first of them.
func preferDeclared(declared []string, languages ...string) string {
	for _, d := range declared {
		for _, l := range languages {
			if d == l {
				return l
			}
		}
	}
	return languages[0]
}

// bestOfScript is the best language of one script; what is declared wins a draw.
func (c *statistics) bestOfScript(languages map[string]scriptLanguage, declared []string, otherwise string) string {
	best, most := otherwise, 0.0
	for i, l := range c.tables.languages {
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
	minScorePerWord = 0.08
	minScore        = 3.0
	// relatedRatio is how near to the best a declared language must come to be taken:
	// near relatives share most of their words.
	relatedRatio = 0.93
)

// bestByScore is the language with the most words and letters, and whether they are enough
// to overrule what is declared.
func (c *statistics) bestByScore(declared []string) (language string, reliable bool) {
	first, second := 0.0, 0.0
	for i, n := range c.score {
		l := c.tables.languages[i]
		if n > first || n == first && l < language {
			language, first, second = l, n, first
		} else if n > second {
			second = n
		}
	}
	for _, d := range declared {
		if i := slices.Index(c.tables.languages, d); i >= 0 && first > 0 && c.score[i] >= first*relatedRatio {
			return d, true
		}
	}
	reliable = first >= minScore && first >= minScorePerWord*float64(c.words) && first > 1.15*second
	if !reliable && len(declared) == 0 && (first < 0.5 || c.words > 60 && first < minScorePerWord/2*float64(c.words)) {
		return "", false
	}
	return language, reliable
}
