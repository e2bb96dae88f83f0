package tokenize

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// readLetters reads a run of letters and digits, with apostrophes between letters and dots
// inside a host name, and returns its end.
func (s *tokenizer) readLetters(i int) int {
	begin := len(s.fold)
	for {
		if i = s.foldASCII(i); i == len(s.text) {
			break
		}
		if c := s.text[i]; c < utf8.RuneSelf && c != '.' && c != '\'' { // nearly every word ends here
			break
		}
		kind, size := s.kindAt(i)
		if kind != kindLetter && kind != kindDigit {
			if s.isHostDot(i) {
				s.fold = append(s.fold, '.')
				i++
				continue
			}
			if power := superscriptDigit(s.text[i:]); power > 0 && lengthUnits[strings.TrimLeft(string(s.fold[begin:]), "0123456789")] {
				s.fold = append(s.fold, power)
				return i + size
			}
			n := apostropheLen(s.text[i:])
			if n == 0 || i+n >= len(s.text) {
				break
			}
			if k, _ := s.kindAt(i + n); k != kindLetter {
				break
			}
			s.fold = append(s.fold, '\'')
			i += n
			continue
		}
		s.foldRune(i)
		i += size
	}
	return i
}

// foldASCII folds the run of ASCII letters and digits at i and returns its end.
func (s *tokenizer) foldASCII(i int) int {
	text, fold := s.text, s.fold
	for i < len(text) && foldedASCII[text[i]] != 0 {
		fold = append(fold, foldedASCII[text[i]])
		i++
	}
	s.fold = fold
	return i
}

// foldedASCII holds the ASCII letters in lower case and the ASCII digits, 0 for other bytes.
var foldedASCII = func() (t [256]byte) {
	for c := range byte(utf8.RuneSelf) {
		if isAlnum(c) {
			t[c] = c
		}
		if c >= 'A' && c <= 'Z' {
			t[c] += 'a' - 'A'
		}
	}
	return t
}()

// lengthUnits are the units that may have a superscript 2 or 3. After any other word a
// superscript is a footnote mark.
var lengthUnits = map[string]bool{"mm": true, "cm": true, "dm": true, "m": true, "km": true, "ft": true, "yd": true, "mi": true}

// superscriptDigit returns '2' or '3' if s begins with that superscript, else 0.
func superscriptDigit(s string) byte {
	switch {
	case strings.HasPrefix(s, "²"):
		return '2'
	case strings.HasPrefix(s, "³"):
		return '3'
	}
	return 0
}

// isHostDot reports whether the dot at i continues a name like example.com: a lower-case
// letter or a digit follows. An upper-case letter begins a new sentence.
func (s *tokenizer) isHostDot(i int) bool {
	if s.text[i] != '.' || i == 0 || i+1 >= len(s.text) {
		return false
	}
	c := s.text[i+1]
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}

// apostropheLen returns the length of the apostrophe that s begins with, or 0.
func apostropheLen(s string) int {
	switch {
	case s[0] == '\'':
		return 1
	case len(s) > 2 && s[0] == 0xe2 && s[1] == 0x80 && (s[2] == 0x98 || s[2] == 0x99):
		return 3
	case len(s) > 1 && s[0] == 0xca && s[1] == 0xbc:
		return 2
	}
	return 0
}

// foldRune appends the folded character at i: in lower case, with ligatures, full-width
// forms, digits of other scripts, final sigma and dotless i in their plain form.
func (s *tokenizer) foldRune(i int) {
	if c := s.text[i]; c < utf8.RuneSelf {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		s.fold = append(s.fold, c)
		return
	}
	r, _ := utf8.DecodeRuneInString(s.text[i:])
	switch {
	case r == 'ς':
		r = 'σ'
	case r == 'ı' || r == 'İ':
		r = 'i'
	case r >= 0xfb00 && r <= 0xfb04:
		s.fold = append(s.fold, [...]string{"ff", "fi", "fl", "ffi", "ffl"}[r-0xfb00]...)
		return
	case r >= 0xff01 && r <= 0xff5e:
		r -= 0xff01 - '!'
	case r == 0x200c || r == 0x200d:
		return
	}
	if d := digitValue(r); d >= 0 {
		r = '0' + d
	}
	s.fold = utf8.AppendRune(s.fold, unicode.ToLower(r))
}

// digitValue returns the value of a full-width, Arabic-Indic, Persian, Devanagari, Bengali
// or Thai digit, or -1 for any other character.
func digitValue(r rune) rune {
	for _, zero := range [...]rune{0xff10, 0x660, 0x6f0, 0x966, 0x9e6, 0xe50} {
		if r >= zero && r <= zero+9 {
			return r - zero
		}
	}
	return -1
}
