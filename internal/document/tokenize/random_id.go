package tokenize

import "strings"

// isAlnum reports whether c is an ASCII letter or digit.
func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// Bounds that distinguish a random identifier from a word or an account number. Letters and
// digits alternate often in a random identifier, but not in an account number. The values
// were chosen by hand; TestWordsDifferWhereTheirMeaningDiffers has examples.
const (
	minHexLen            = 16 // hexadecimal digits, as in a request ID
	minHexAlternations   = 4
	uuidLen              = 36 // with its four dashes (RFC 9562)
	minMixedLen          = 20 // letters of both cases and digits, as in a token
	minMixedAlternations = 6
	maxIDLen             = 200 // bytes that are examined
)

// idShape holds counts over a run of letters, digits and dashes.
type idShape struct {
	length, digits, letters, upper, dashes int
	alternations                           int // changes between digit, lower and upper case
	hex                                    bool
}

// readRandomID reads an identifier that a site generates anew for each request. It returns
// its length in bytes, or 0 if there is none at i. An Ethereum address, which begins with
// 0x, is text and not a random identifier.
func (s *tokenizer) readRandomID(i int) int {
	t := s.text[i:]
	if !hasIDLength(t) || i > 0 && (isAlnum(s.text[i-1]) || strings.IndexByte("-_/.@", s.text[i-1]) >= 0) {
		return 0
	}
	id, ok := scanID(t)
	if !ok || !id.isRandom() || continuesAsName(t, id.length) || strings.HasPrefix(t, "0x") {
		return 0
	}
	s.class, s.fold = RandomID, append(s.fold, '#')
	return id.length
}

// hasIDLength reports whether t begins with enough letters, digits and dashes for a random
// identifier. It rejects nearly all words.
func hasIDLength(t string) bool {
	if len(t) < minHexLen {
		return false
	}
	for i := range minHexLen {
		if c := t[i]; foldedASCII[c] == 0 && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// isRandom reports whether a run looks like a random identifier: hexadecimal digits, a UUID,
// or a mix of digits and letters of both cases.
func (id *idShape) isRandom() bool {
	switch {
	case id.digits == 0 || id.letters == 0:
		return false
	case id.hex && id.alternations >= minHexAlternations && (id.dashes == 0 && id.length >= minHexLen || id.dashes == 4 && id.length == uuidLen):
		return true
	}
	return id.dashes <= 2 && id.length >= minMixedLen && id.upper > 0 && id.upper < id.letters && id.digits >= 3 && id.alternations >= minMixedAlternations
}

// scanID measures the run of letters, digits and dashes at the beginning of t. It stops
// early, with ok false, at an ordinary word: nine letters and no digit, not all hexadecimal.
func scanID(t string) (id idShape, ok bool) {
	id.hex = true
	prev := byte(0)
	for id.length < len(t) && id.length < maxIDLen {
		kind := id.count(t[id.length], prev)
		if kind == 0 {
			break
		}
		if prev != 0 && kind != prev {
			id.alternations++
		}
		prev = kind
		id.length++
		if id.length == 9 && id.digits == 0 && !id.hex {
			return id, false
		}
	}
	return id, true
}

// count adds a byte to the shape and returns its kind, or 0 if the identifier ends
// before it. A dash has the kind of the byte before it.
func (id *idShape) count(c, prev byte) (kind byte) {
	switch {
	case c >= '0' && c <= '9':
		id.digits++
		return 'd'
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		id.letters++
		if c|0x20 > 'f' {
			id.hex = false
		}
		if c <= 'Z' {
			id.upper++
			return 'u'
		}
		return 'l'
	case (c == '-' || c == '_') && id.length > 0:
		id.dashes++
		return prev
	}
	return 0
}

// continuesAsName reports whether the text after n bytes makes them part of a path, a
// host name, an e-mail address or a word beyond ASCII.
func continuesAsName(t string, n int) bool {
	return n < len(t) && (t[n] == '@' || t[n] >= 0x80 || t[n] == '/' || t[n] == '.' && n+1 < len(t) && isAlnum(t[n+1]))
}
