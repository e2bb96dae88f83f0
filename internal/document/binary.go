package document

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
)

// ErrBinary says that a page is no text: a program, a picture, an archive.
var ErrBinary = errors.New("it is no document that can be read, as HTML, Markdown, plain text and PDF are")

const (
	// sniffBytes is how much of a body tells a text, in bytes (WHATWG MIME Sniffing,
	// section 7.2), and how much of a text is looked through for control characters.
	sniffBytes  = 512
	sampleBytes = 4 << 10
	// charsPerControl is how many characters a text has for each control character. Of what
	// is compressed or encrypted one in ten is one, of texts hardly any.
	charsPerControl = 20
)

// rejectBinary is ErrBinary with the detected type where body, which is text in UTF-8, is
// none. A text may hold a stray control character, and begin as a bitmap does (BMW's
// terms): a type that is known counts only with the one, what is of no known type only
// with many. NULs in HTML, where fields of databases are padded with them, are ignored,
// as browsers do.
func rejectBinary(body, text []byte, html bool) error {
	sample := text[:min(len(text), sampleBytes)]
	if html {
		sample = bytes.ReplaceAll(sample, []byte{0}, nil)
	}
	stray := countControlBytes(body[:min(len(body), sniffBytes)]) > 0
	many := countControlBytes(sample)*charsPerControl > utf8.RuneCount(sample)
	if !stray && !many {
		return nil
	}
	is := mimetype.Detect(body)
	if isTextType(is) || !many && is.Is("application/octet-stream") {
		return nil
	}
	return fmt.Errorf("its content is %s: %w", is, ErrBinary)
}

// isTextType says whether a type is a kind of text, as XHTML is.
func isTextType(is *mimetype.MIME) bool {
	for ; is != nil; is = is.Parent() {
		if strings.HasPrefix(is.String(), "text/") {
			return true
		}
	}
	return false
}

// countControlBytes counts the bytes that no text has (WHATWG MIME Sniffing, section 3: binary
// data bytes).
func countControlBytes(b []byte) (n int) {
	for _, c := range b {
		if c <= 0x08 || c == 0x0b || c >= 0x0e && c <= 0x1a || c >= 0x1c && c <= 0x1f {
			n++
		}
	}
	return n
}
