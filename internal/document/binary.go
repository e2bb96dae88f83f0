package document

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
)

// ErrBinary reports that a page is not text but, for example, an executable, image or archive.
var ErrBinary = errors.New("unsupported format, expected HTML, Markdown, plain text or PDF")

const (
	// sniffBytes is the length of the prefix of a body that decides whether it is binary (WHATWG
	// MIME Sniffing, section 7.2). sampleBytes is the length of the prefix of the decoded text
	// that is searched for control characters.
	sniffBytes  = 512
	sampleBytes = 4 << 10
	// charsPerControl is the smallest number of characters per control character in a text.
	// About one in ten characters of compressed or encrypted data is a control character, and
	// hardly any of a text.
	charsPerControl = 20
)

// rejectBinary returns ErrBinary with the detected type if body is not text. text is body
// decoded to UTF-8. Text can contain a stray control character, and can begin with the magic
// number of a bitmap ("BM", as in "BMW"). Therefore a known binary type needs one control
// character, and an unknown type needs many. NUL characters in HTML come from padded database
// fields. They are ignored, as in browsers.
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
	detected := mimetype.Detect(body)
	if isTextType(detected) || !many && detected.Is("application/octet-stream") {
		return nil
	}
	return fmt.Errorf("detected %s: %w", detected, ErrBinary)
}

// isTextType reports whether a type is derived from a text type, as XHTML is.
func isTextType(t *mimetype.MIME) bool {
	for ; t != nil; t = t.Parent() {
		if strings.HasPrefix(t.String(), "text/") {
			return true
		}
	}
	return false
}

// countControlBytes counts the binary data bytes (WHATWG MIME Sniffing, section 3).
func countControlBytes(b []byte) (n int) {
	for _, c := range b {
		if c <= 0x08 || c == 0x0b || c >= 0x0e && c <= 0x1a || c >= 0x1c && c <= 0x1f {
			n++
		}
	}
	return n
}
