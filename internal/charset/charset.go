// Package charset makes UTF-8 of pages in any encoding.
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

// maxMetaScan is how far into a page its declaration is looked for, in bytes. The standard
// says 1024 (HTML, 13.2.3.2), and browsers find it later as well.
const maxMetaScan = 64 << 10

// ToUTF8 is a page's body in UTF-8, without a byte order mark. Bytes that are UTF-8 are
// taken for it, whatever is declared; others are decoded by byte order mark,
// Content-Type and meta, in this order, or else by a guess. What can't be decoded is
// left as it is.
func ToUTF8(body []byte, contentType string) []byte {
	valid := utf8.Valid(body)
	if valid && !bytes.ContainsAny(body, "\x00\x1b") {
		return trimByteOrderMark(body)
	}
	enc, name := detect(body, contentType)
	// Only these are made of bytes that are valid UTF-8 too.
	if valid && name != "iso-2022-jp" && !strings.HasPrefix(name, "utf-16") || name == "utf-8" {
		return trimByteOrderMark(body)
	}
	out, err := enc.NewDecoder().Bytes(body)
	if err != nil {
		return body
	}
	return trimByteOrderMark(out)
}

func trimByteOrderMark(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\ufeff")) }

// detect says what a body is encoded in.
func detect(body []byte, contentType string) (encoding.Encoding, string) {
	if enc, name, certain := charset.DetermineEncoding(body, contentType); certain { // byte order mark or Content-Type
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

// declaredEncoding finds the encoding that a page declares in its head; nil if it declares none.
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
			if strings.HasPrefix(name, "utf-16") { // it could not have been read (HTML, 13.2.3.2)
				return encoding.Nop, "utf-8"
			}
			if enc != nil {
				return enc, name
			}
		}
	}
}

// charsetParameter is the charset that a content type names, also one that is badly formed.
func charsetParameter(s string) string {
	if _, params, err := mime.ParseMediaType(s); err == nil {
		return params["charset"]
	}
	_, label, _ := strings.Cut(strings.ToLower(s), "charset=")
	return strings.Trim(label, " \t;'\"")
}

// minValidPerInvalid is how many characters of several bytes stand against one byte that is no
// UTF-8. In other encodings hardly any letters in a row look like one.
const minValidPerInvalid = 4

// isMostlyUTF8 says whether nearly all bytes beyond ASCII are UTF-8.
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
