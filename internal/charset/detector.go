package charset

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
)

// Bounds of the detector, chosen by hand.
const (
	// maxSample bounds the bytes that are decoded in each candidate encoding.
	maxSample = 2 << 10
	// minLetters is the minimum of letters on which a detection is based.
	minLetters = 3
	// minScore is the minimum mean score of the characters, of at most 1. The score of a wrong
	// encoding is rarely above 0.35.
	minScore = 0.4
	// declaredBonus is added to the score of a profile of the language that the page
	// declares, and westernBonus to the profiles of windows-1252, the encoding of
	// undeclared pages in the HTML standard.
	declaredBonus = 0.1
	westernBonus  = 0.03
)

// detectLegacy returns the encoding of a body that is not UTF-8 and declares no encoding,
// and its name. It decodes a sample in each candidate encoding and scores how well the
// characters fit the languages of that encoding. It returns windows-1252 if none fits.
func detectLegacy(body []byte) (encoding.Encoding, string) {
	sample := highSample(body)
	declared := declaredLanguage(body[:min(len(body), maxLanguageScan)])
	best, bestScore := fallback, minScore
	for _, c := range candidates() {
		text, err := c.encoding.NewDecoder().Bytes(sample)
		if err != nil {
			continue
		}
		for i := range c.profiles {
			p := &c.profiles[i]
			score, letters := p.score(text)
			if letters < minLetters && c.name != fallback {
				continue
			}
			if p.language == declared {
				score += declaredBonus
			}
			if c.name == fallback {
				score += westernBonus
			}
			if score > bestScore {
				best, bestScore = c.name, score
			}
		}
	}
	return charset.Lookup(best)
}

// highSample returns the first bytes of a body that are not ASCII, each with the byte before
// and after it. A space stands for the text between them. Characters of several bytes are
// kept whole, because their ASCII bytes follow a byte that is not.
func highSample(body []byte) []byte {
	sample := make([]byte, 0, maxSample+4)
	end := 0 // of the bytes of body that are in the sample
	for i := 0; i < len(body) && len(sample) < maxSample; i++ {
		if body[i] < utf8.RuneSelf {
			continue
		}
		from := max(end, i-1)
		if from > end {
			sample = append(sample, ' ')
		}
		end = min(len(body), i+2)
		if from < end {
			sample = append(sample, body[from:end]...)
		}
	}
	return sample
}

// maxLanguageScan bounds the part of a page in which its language is looked up, in bytes.
const maxLanguageScan = 4 << 10

// declaredLanguage returns the primary language of the first lang attribute, or "".
func declaredLanguage(head []byte) string {
	i := bytes.Index(head, []byte("lang="))
	if i < 0 {
		return ""
	}
	rest := bytes.TrimLeft(head[i+len("lang="):], `"'`)
	if len(rest) < 2 {
		return ""
	}
	return strings.ToLower(string(rest[:2]))
}

// score returns the mean score of the characters of a decoded text that are not ASCII, and
// the number of letters among them.
func (p *profile) score(text []byte) (mean float64, letters int) {
	sum, scored := 0.0, 0
	var before rune
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(text[i:])
		}
		i += size
		if r >= utf8.RuneSelf {
			next, _ := utf8.DecodeRune(text[i:])
			sum += p.weight(r, before, next)
			scored++
			if unicode.IsLetter(r) {
				letters++
			}
		}
		before = r
	}
	if scored == 0 {
		return 0, 0
	}
	return sum / float64(scored), letters
}

// isTypography reports whether r is one of the characters besides letters that the encodings
// of the West share.
func isTypography(r rune) bool {
	switch r {
	case '\u00a0', '\u00ad', '©', '®', '™', '«', '»', '„', '“', '”', '‘', '’', '‚', '–', '—', '•', '·', '…', '§', '°', '€', '£', '¢', '±', '×', '´', '¨', '№':
		return true
	}
	return false
}

// isPunctuation reports whether r is punctuation at a place where punctuation occurs: not
// between two letters.
func isPunctuation(r, before, next rune) bool {
	if isTypography(r) {
		return r == '’' || r == '\u00ad' || r == '\u00a0' || !unicode.IsLetter(before) || !unicode.IsLetter(next)
	}
	return r >= 0x3000 && r < 0x3020 || r >= 0xff01 && r < 0xff60 // full width
}

// isLetter reports whether r is a letter or a mark of one.
func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) }

// isASCIILetter reports whether r is an ASCII letter.
func isASCIILetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

// mixesScripts reports whether r is a letter of an alphabet other than Latin next to an ASCII
// letter. Ideographs, kana and syllables often are.
func mixesScripts(r, before, next rune) bool {
	return r >= 0x370 && r < 0x1e00 && (isASCIILetter(before) || isASCIILetter(next))
}

// Weights of one character.
const (
	commonWeight  = 1.0  // among the most frequent letters of the language
	signWeight    = 0.9  // punctuation
	letterWeight  = 0.5  // another letter of the language
	scriptWeight  = 0.2  // a letter of the script
	foreignWeight = -0.8 // any other character
	invalidWeight = -3.0 // no character, or a control character
	// upperFactor applies to capitals. A capital within a word is foreign, because a wrong
	// encoding often exchanges capitals and small letters.
	upperFactor = 0.4
	// isolatedFactor applies to a letter of another alphabet than Latin between two
	// characters that are no letters: in other encodings it is a bullet or a section sign.
	isolatedFactor = 0.3
)

// weight returns the score of r between two characters.
func (p *profile) weight(r, before, next rune) float64 {
	switch {
	case r == utf8.RuneError || r < 0xa0 || r >= 0xe000 && r < 0xf900:
		return invalidWeight
	case isPunctuation(r, before, next):
		return signWeight
	case unicode.Is(unicode.Mn, r) && !isLetter(before), mixesScripts(r, before, next), unicode.IsUpper(r) && unicode.IsLower(before):
		return foreignWeight
	}
	lower, factor := r, 1.0
	if unicode.IsUpper(r) {
		lower, factor = unicode.ToLower(r), upperFactor
	}
	if r >= 0x370 && r < 0x1e00 && !isLetter(before) && !isLetter(next) {
		factor *= isolatedFactor
	}
	if w := p.weights[lower]; w != 0 {
		return w * factor
	}
	if p.script != nil && unicode.Is(p.script, r) {
		return scriptWeight * factor
	}
	return foreignWeight
}
