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

// maxHead is how far into a page its declaration is looked for, in bytes. The standard
// says 1024 (HTML, 13.2.3.2), and browsers find it later as well.
const maxHead = 64 << 10

// ToUTF8 is a page's body in UTF-8, without a byte order mark. Bytes that are UTF-8 are
// taken for it, whatever is declared; others are decoded by byte order mark,
// Content-Type and meta, in this order, or else by a guess. What can't be decoded is
// left as it is.
func ToUTF8(body []byte, contentType string) []byte {
	valid := utf8.Valid(body)
	if valid && !bytes.ContainsAny(body, "\x00\x1b") {
		return markless(body)
	}
	enc, name := of(body, contentType)
	// Only these are made of bytes that are valid UTF-8 too.
	if valid && name != "iso-2022-jp" && !strings.HasPrefix(name, "utf-16") || name == "utf-8" {
		return markless(body)
	}
	out, err := enc.NewDecoder().Bytes(body)
	if err != nil {
		return body
	}
	return markless(out)
}

func markless(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\ufeff")) }

// of says what a body is encoded in.
func of(body []byte, contentType string) (encoding.Encoding, string) {
	if enc, name, certain := charset.DetermineEncoding(body, contentType); certain { // byte order mark or Content-Type
		return enc, name
	}
	if enc, name := meta(body[:min(len(body), maxHead)]); enc != nil {
		return enc, name
	}
	if nearlyUTF8(body) {
		return encoding.Nop, "utf-8"
	}
	return charset.Lookup("windows-1252")
}

// meta finds the encoding that a page declares in its head; nil if it declares none.
func meta(head []byte) (encoding.Encoding, string) {
	z := html.NewTokenizer(bytes.NewReader(head))
	z.SetMaxBuf(maxHead)
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
				label = inContent(content)
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

// inContent is the charset that a content type names, also one that is badly formed.
func inContent(s string) string {
	if _, params, err := mime.ParseMediaType(s); err == nil {
		return params["charset"]
	}
	_, label, _ := strings.Cut(strings.ToLower(s), "charset=")
	return strings.Trim(label, " \t;'\"")
}

// minGood is how many characters of several bytes stand against one byte that is no
// UTF-8. In other encodings hardly any letters in a row look like one.
const minGood = 4

// nearlyUTF8 says whether nearly all bytes beyond ASCII are UTF-8.
func nearlyUTF8(body []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(body); {
		if body[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	return good >= minGood*bad
}
