// Package language detects the language of a text, and the region that a page declares. It
// detects the language by the script of the text, its frequent words, and letters that few
// languages use. The declared language decides if the text is too short, or if the text
// also fits a closely related language.
package language

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Detect returns the ISO 639-1 code of the language of a text, or an empty string if it is
// unknown. declared lists the language tags (RFC 5646) that the page declares, the most
// reliable first: for example those of the html element and the Content-Language header.
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

// Region returns the upper-case ISO 3166-1 code of the country in the first declared tag
// that has one and is for the given language, or an empty string.
func Region(language string, declared ...string) string {
	for _, d := range declared {
		if l, region := parseTag(d); l == language && region != "" {
			return region
		}
	}
	return ""
}

// aliases maps codes that pages declare, and that are not or no longer in ISO 639-1.
var aliases = map[string]string{
	"nb": "no", "nn": "no", "iw": "he", "in": "id", "mo": "ro", "sh": "sr", "jp": "ja", "cz": "cs", "gr": "el", "ua": "uk",
	"kr": "ko", "cn": "zh", "tw": "zh", "dk": "da", "zho": "zh", "deu": "de", "eng": "en", "fra": "fr", "spa": "es", "ita": "it", "nld": "nl", "por": "pt", "jpn": "ja", "kor": "ko",
}

// parseTag returns the language and the region of a tag such as en-GB, zh-Hant-TW or pt_BR.
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
		if len(p) == 1 { // start of an extension
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

// Long texts are sampled: sampleCount samples of sampleBytes bytes, evenly spread, so that a
// preamble or an appendix in another language does not decide.
const (
	sampleCount = 5
	sampleBytes = 2000
)

// statistics counts the letters and words of a text, and scores the languages.
type statistics struct {
	letters, words int
	han, kana, hangul, cyrillic, greek, arabic, hebrew,
	thai, devanagari, bengali, tamil, georgian, armenian int
	score  []float64 // by index in scoreTables.languages
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

// maxWordBytes is the length of the longest word that is looked up.
const maxWordBytes = 24

// addText counts the letters and scores the words of a part of the text.
func (c *statistics) addText(s string) {
	var w wordBuffer
	for i := 0; i < len(s); {
		b := s[i]
		switch {
		case 'a' <= b && b <= 'z':
			c.letters++
			w.addByte(b)
			i++
			continue
		case 'A' <= b && b <= 'Z':
			c.letters++
			w.addByte(b + 'a' - 'A')
			i++
			continue
		case b == '\'' && w.length > 0 && i+1 < len(s): // as in l'utente or ta'
			w.addByte(b)
			i++
			continue
		case b < utf8.RuneSelf:
			c.endWord(&w)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		if r == '’' {
			r = '\''
		} else if !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '·' && r != '¿' {
			c.endWord(&w)
			continue
		}
		r = unicode.ToLower(r)
		c.addLetter(r)
		w.addRune(r)
	}
	c.endWord(&w)
}

// endWord counts and scores the word in w, and empties w.
func (c *statistics) endWord(w *wordBuffer) {
	if w.length > 0 {
		c.words++
		if w.length <= maxWordBytes {
			c.addVotes(c.tables.words[string(w.bytes[:w.length])])
		}
	}
	w.length = 0
}

// wordBuffer holds the current word of a text. A length above maxWordBytes means that the
// word is too long to be looked up.
type wordBuffer struct {
	bytes  [maxWordBytes + utf8.UTFMax]byte
	length int
}

func (w *wordBuffer) addByte(b byte) {
	if w.length < maxWordBytes+1 {
		w.bytes[w.length] = b
		w.length++
	}
}

func (w *wordBuffer) addRune(r rune) {
	if w.length+utf8.RuneLen(r) <= len(w.bytes) {
		w.length += utf8.EncodeRune(w.bytes[w.length:], r)
	} else {
		w.length = maxWordBytes + 1
	}
}

// addLetter counts a letter that is not ASCII.
func (c *statistics) addLetter(r rune) {
	c.letters++
	switch {
	case r < 0x370 || r >= 0x1e00 && r < 0x1f00:
		c.addVotes(c.tables.latin[r])
	case r < 0x400 || r >= 0x1f00 && r < 0x2000:
		c.greek++
	case r < 0x530:
		c.cyrillic++
		c.addVotes(c.tables.cyrillic[r])
	case r < 0x590:
		c.armenian++
	case r < 0x600:
		c.hebrew++
	case r < 0x780:
		c.arabic++
		c.addVotes(c.tables.arabic[r])
	default:
		c.addAsianLetter(r)
	}
}

func (c *statistics) addVotes(votes []vote) {
	for _, v := range votes {
		c.score[v.language] += v.weight
	}
}

// addAsianLetter counts a letter from U+0780 that is neither Latin nor Greek.
func (c *statistics) addAsianLetter(r rune) {
	switch {
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

// detectByScript returns the language of a text in a script other than Latin, or an empty
// string. It distinguishes the languages in Cyrillic and Arabic script by their scores. For
// scripts without spaces between words, a smaller share of the letters suffices.
func (c *statistics) detectByScript(declared []string) string {
	cjk := c.kana + c.han + c.hangul
	switch {
	case c.letters == 0:
		return ""
	case cjk*6 > c.letters:
		return c.cjkLanguage(declared)
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

// cjkLanguage returns Korean, Japanese or Chinese. A short text of ideographs only, such as
// a title, is Japanese if the page declares it.
func (c *statistics) cjkLanguage(declared []string) string {
	cjk := c.kana + c.han + c.hangul
	switch {
	case c.hangul*3 > cjk:
		return "ko"
	case c.kana*12 > cjk:
		return "ja"
	case c.kana == 0 && cjk < 40 && len(declared) > 0 && declared[0] == "ja":
		return "ja"
	}
	return "zh"
}

// preferDeclared returns the first declared language that is one of languages, or otherwise
// the first of languages.
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

// bestOfScript returns the best language of one script, with a preference for the declared
// one. It returns otherwise if no language has a score.
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

// A score is reliable from minScore in total and minScorePerWord for each word of the text.
const (
	minScorePerWord = 0.08
	minScore        = 3.0
	// relatedRatio is the share of the best score from which a declared language is preferred.
	// Closely related languages share most of their words.
	relatedRatio = 0.93
)

// bestByScore returns the language with the highest score. reliable reports whether the
// score is high enough to override the declared language.
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
