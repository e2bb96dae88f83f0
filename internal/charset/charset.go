// Package charset converts pages in any encoding to UTF-8.
//
// ToUTF8 is its only exported function. It trusts valid UTF-8 more than any declaration of
// the page.
package charset

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
)

// maxMetaScan bounds the part of a page in which a meta element may declare the encoding, in
// bytes. The HTML standard (13.2.3.2) requires the first 1024 bytes; browsers also accept a
// later declaration.
const maxMetaScan = 64 << 10

// ToUTF8 converts a page to UTF-8 and removes the byte order mark. contentType is the value
// of the Content-Type header; it may be empty.
//
// A body that is valid UTF-8 is not converted, whatever the page declares, except from
// ISO-2022-JP and UTF-16, whose bytes are also valid UTF-8. Otherwise the encoding comes
// from the byte order mark, the header, the meta element, the XML declaration or the bytes,
// in this order.
// ToUTF8 returns a body that it cannot decode unchanged.
func ToUTF8(body []byte, contentType string) []byte {
	valid := utf8.Valid(body)
	// Two searches for one byte are several times faster than bytes.ContainsAny.
	if valid && bytes.IndexByte(body, 0x00) < 0 && bytes.IndexByte(body, 0x1b) < 0 {
		return trimByteOrderMark(body)
	}
	enc, name := detect(body, contentType)
	// Only these encodings produce bytes that are valid UTF-8 as well.
	if valid && name != "iso-2022-jp" && !strings.HasPrefix(name, "utf-16") || name == "utf-8" {
		return trimByteOrderMark(body)
	}
	out, err := enc.NewDecoder().Bytes(body)
	if err != nil {
		return body
	}
	return trimByteOrderMark(out)
}

// trimByteOrderMark removes a UTF-8 byte order mark.
func trimByteOrderMark(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\ufeff")) }

// detect returns the encoding of a body and its name: a declared one, or else that of the
// bytes. A declaration of UTF-8 counts only if the body is UTF-8 for the most part.
func detect(body []byte, contentType string) (encoding.Encoding, string) {
	head := body[:min(len(body), maxMetaScan)]
	valid, invalid := countUTF8(body)
	if enc, name, certain := charset.DetermineEncoding(body, contentType); certain && (name != "utf-8" || valid >= invalid) { // byte order mark or Content-Type header
		return enc, name
	}
	for _, declared := range []func([]byte) (encoding.Encoding, string){declaredEncoding, xmlEncoding} {
		if enc, name := declared(head); enc != nil && (name != "utf-8" || valid >= invalid) {
			return enc, name
		}
	}
	if name := unmarkedEncoding(head); name != "" {
		return charset.Lookup(name)
	}
	if valid >= minValidPerInvalid*invalid {
		return encoding.Nop, "utf-8"
	}
	return detectLegacy(body)
}

// xmlEncoding returns the encoding that the XML declaration at the beginning of a page
// names (HTML standard, "get an XML encoding"), or nil.
func xmlEncoding(head []byte) (encoding.Encoding, string) {
	head = bytes.TrimLeft(head, " \t\r\n")
	if !bytes.HasPrefix(head, []byte("<?xml")) {
		return nil, ""
	}
	declaration, _, ok := bytes.Cut(head, []byte(">"))
	if !ok {
		return nil, ""
	}
	_, rest, ok := bytes.Cut(declaration, []byte("encoding"))
	if rest = bytes.TrimLeft(rest, " \t\r\n="); !ok || len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
		return nil, ""
	}
	label, _, _ := bytes.Cut(rest[1:], rest[:1])
	enc, name := charset.Lookup(string(label))
	if strings.HasPrefix(name, "utf-16") { // the declaration could not have been read
		return encoding.Nop, "utf-8"
	}
	return enc, name
}

// unmarkedEncoding returns the name of an encoding that shows itself in the bytes: the
// escapes of ISO-2022-JP, and UTF-16 without a byte order mark, in which every second byte
// of the markup is zero.
func unmarkedEncoding(head []byte) string {
	if bytes.Contains(head, []byte("\x1b$B")) || bytes.Contains(head, []byte("\x1b$@")) {
		return "iso-2022-jp"
	}
	const prefix = 8 // bytes
	if len(head) < prefix {
		return ""
	}
	zeros := [2]int{}
	for i, b := range head[:prefix] {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch {
	case zeros[0] == 0 && zeros[1] == prefix/2:
		return "utf-16le"
	case zeros[1] == 0 && zeros[0] == prefix/2:
		return "utf-16be"
	}
	return ""
}

// declaredEncoding returns the encoding that a meta element declares, or nil.
func declaredEncoding(head []byte) (encoding.Encoding, string) {
	z := html.NewTokenizer(bytes.NewReader(head))
	z.SetMaxBuf(maxMetaScan)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return nil, ""
		case html.StartTagToken, html.SelfClosingTagToken:
			tag, more := z.TagName()
			if string(tag) != "meta" {
				continue
			}
			label, content, equiv := "", "", false
			for more {
				var key, val []byte
				key, val, more = z.TagAttr()
				switch string(key) {
				case "charset":
					label = string(val)
				case "content":
					content = string(val)
				case "http-equiv":
					equiv = strings.EqualFold(string(val), "content-type")
				}
			}
			if label == "" && equiv {
				label = charsetParameter(content)
			}
			enc, name := charset.Lookup(label)
			if strings.HasPrefix(name, "utf-16") { // the meta element could not have been read (HTML standard, 13.2.3.2)
				return encoding.Nop, "utf-8"
			}
			if enc != nil {
				return enc, name
			}
		}
	}
}

// charsetParameter returns the charset of a content type, even of a malformed one.
func charsetParameter(s string) string {
	if _, params, err := mime.ParseMediaType(s); err == nil {
		return params["charset"]
	}
	_, label, _ := strings.Cut(strings.ToLower(s), "charset=")
	return strings.Trim(label, " \t;'\"")
}

// minValidPerInvalid is the minimum number of valid multi-byte characters per invalid byte
// in a text that counts as UTF-8. In other encodings such sequences are rare. The value was
// chosen by hand.
const minValidPerInvalid = 4

// countUTF8 counts the characters of several bytes in a body that are valid UTF-8, and the
// bytes that are not.
func countUTF8(body []byte) (valid, invalid int) {
	for i := 0; i < len(body); {
		if body[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && n == 1 {
			invalid++
		} else {
			valid++
		}
		i += n
	}
	return valid, invalid
}
