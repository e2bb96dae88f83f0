package pdf

import (
	"strconv"
)

// token is an operand or operator of a content stream (ISO 32000-1, 7.2 and 7.8.2).
type token struct {
	kind  tokenKind
	num   float64
	str   string  // of a text, name or operator
	items []token // of an array; keys and values of a dictionary
}

// tokenKind is the kind of a token.
type tokenKind byte

const (
	numberToken tokenKind = iota
	stringToken
	nameToken
	arrayToken
	dictionaryToken
	operatorToken
	endToken // of the stream
)

// lexer splits a content stream or a CMap into tokens.
type lexer struct {
	b     []byte
	at    int // offset of the next token
	depth int // number of open arrays and dictionaries
}

// Bounds of nesting and of the items of one array. The longest array seen so far has a few
// hundred items.
const (
	maxNesting    = 20
	maxArrayItems = 20_000
)

// isSpace reports whether c is white space in PDF (ISO 32000-1, 7.2.2).
func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

// isDelimiter reports whether c is a delimiter in PDF (ISO 32000-1, 7.2.2).
func isDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

// next returns the next token, one of kind end after the last.
func (l *lexer) next() token {
	for l.at < len(l.b) {
		c := l.b[l.at]
		switch {
		case isSpace(c):
			l.at++
		case c == '%':
			for l.at < len(l.b) && l.b[l.at] != '\n' && l.b[l.at] != '\r' {
				l.at++
			}
		case c == '(':
			return l.literal()
		case c == '/':
			return l.name()
		case c == '<' && l.at+1 < len(l.b) && l.b[l.at+1] == '<':
			l.at += 2
			return l.items(dictionaryToken)
		case c == '<':
			return l.hex()
		case c == '[':
			l.at++
			return l.items(arrayToken)
		case c == '>' && l.at+1 < len(l.b) && l.b[l.at+1] == '>':
			l.at += 2
			return token{kind: operatorToken, str: ">>"}
		case c == ']' || c == ')' || c == '>' || c == '{' || c == '}':
			l.at++
			return token{kind: operatorToken, str: string(c)}
		default:
			return l.word()
		}
	}
	return token{kind: endToken}
}

// word reads a number or an operator. A malformed or huge number is 0.
func (l *lexer) word() token {
	from := l.at
	for l.at < len(l.b) && !isSpace(l.b[l.at]) && !isDelimiter(l.b[l.at]) {
		l.at++
	}
	w := string(l.b[from:l.at])
	if c := w[0]; c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' {
		n, err := strconv.ParseFloat(w, 64)
		for err != nil && len(w) > 0 && w[0] == '-' { // some writers emit --5
			w = w[1:]
			n, err = strconv.ParseFloat(w, 64)
		}
		if err == nil && n < 1e9 && n > -1e9 {
			return token{kind: numberToken, num: n}
		}
		return token{kind: numberToken}
	}
	return token{kind: operatorToken, str: w}
}

// items reads an array or a dictionary after its opening delimiter.
func (l *lexer) items(k tokenKind) token {
	t := token{kind: k}
	if l.depth++; l.depth > maxNesting {
		l.depth--
		return t
	}
	defer func() { l.depth-- }()
	for {
		i := l.next()
		if i.kind == endToken || i.kind == operatorToken && (i.str == "]" && k == arrayToken || i.str == ">>" && k == dictionaryToken) {
			return t
		}
		if len(t.items) < maxArrayItems {
			t.items = append(t.items, i)
		}
	}
}

// value returns the value of a key in a dictionary, or a token of kind endToken if there is
// none.
func (t token) value(key string) token {
	for i := 0; i+1 < len(t.items); i += 2 {
		if t.items[i].kind == nameToken && t.items[i].str == key {
			return t.items[i+1]
		}
	}
	return token{kind: endToken}
}

// name reads a name and its escapes (ISO 32000-1, 7.3.5).
func (l *lexer) name() token {
	l.at++
	var b []byte
	for l.at < len(l.b) && !isSpace(l.b[l.at]) && !isDelimiter(l.b[l.at]) {
		c := l.b[l.at]
		if c == '#' && l.at+2 < len(l.b) {
			if h, lo := hexValue(l.b[l.at+1]), hexValue(l.b[l.at+2]); h >= 0 && lo >= 0 {
				c = byte(h<<4 | lo)
				l.at += 2
			}
		}
		b = append(b, c)
		l.at++
	}
	return token{kind: nameToken, str: string(b)}
}

// hexValue returns the value of a hexadecimal digit, or -1.
func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// hex reads a hexadecimal string (ISO 32000-1, 7.3.4.3).
func (l *lexer) hex() token {
	l.at++
	var b []byte
	half := -1
	for l.at < len(l.b) && l.b[l.at] != '>' {
		if v := hexValue(l.b[l.at]); v >= 0 {
			if half >= 0 {
				b, half = append(b, byte(half<<4|v)), -1
			} else {
				half = v
			}
		}
		l.at++
	}
	l.at++
	if half >= 0 {
		b = append(b, byte(half<<4))
	}
	return token{kind: stringToken, str: string(b)}
}

// literal reads a string in parentheses and its escapes (ISO 32000-1, 7.3.4.2).
func (l *lexer) literal() token {
	l.at++
	var b []byte
	for depth := 1; l.at < len(l.b); l.at++ {
		c := l.b[l.at]
		switch {
		case c == '\\' && l.at+1 < len(l.b):
			l.at++
			b = l.escape(b)
			continue
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				l.at++
				return token{kind: stringToken, str: string(b)}
			}
		}
		b = append(b, c)
	}
	return token{kind: stringToken, str: string(b)}
}

// escape decodes the escape sequence after a backslash and leaves l.at on its last byte.
func (l *lexer) escape(b []byte) []byte {
	switch c := l.b[l.at]; c {
	case 'n':
		return append(b, '\n')
	case 'r':
		return append(b, '\r')
	case 't':
		return append(b, '\t')
	case 'b', 'f':
		return append(b, ' ')
	case '\r':
		if l.at+1 < len(l.b) && l.b[l.at+1] == '\n' {
			l.at++
		}
		return b
	case '\n':
		return b
	default:
		if c < '0' || c > '7' {
			return append(b, c)
		}
		v := 0
		for i := 0; i < 3 && l.at < len(l.b) && l.b[l.at] >= '0' && l.b[l.at] <= '7'; i++ {
			v = v<<3 | int(l.b[l.at]-'0')
			l.at++
		}
		l.at--
		return append(b, byte(v))
	}
}

// skipImage skips the data of an inline image (ISO 32000-1, 8.9.7) after its ID operator.
func (l *lexer) skipImage() {
	for i := l.at + 1; i+2 < len(l.b); i++ {
		if isSpace(l.b[i-1]) && l.b[i] == 'E' && l.b[i+1] == 'I' && isSpace(l.b[i+2]) {
			l.at = i + 2
			return
		}
	}
	l.at = len(l.b)
}
