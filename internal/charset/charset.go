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
// from the byte order mark, the header, the meta element or the bytes, in this order.
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

// detect returns the encoding of a body and its name. Without a declaration it returns UTF-8
// if most of the body is UTF-8, and windows-1252 otherwise.
func detect(body []byte, contentType string) (encoding.Encoding, string) {
	if enc, name, certain := charset.DetermineEncoding(body, contentType); certain { // byte order mark or Content-Type header
		return enc, name
	}
	if enc, name := declaredEncoding(body[:min(len(body), maxMetaScan)]); enc != nil {
		return enc, name
	}
	if isMostlyUTF8(body) {
		return encoding.Nop, "utf-8"
	}
	return charset.Lookup("windows-1252")
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

// isMostlyUTF8 reports whether a body is UTF-8 apart from a few invalid bytes.
func isMostlyUTF8(body []byte) bool {
	valid, invalid := 0, 0
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
	return valid >= minValidPerInvalid*invalid
}
