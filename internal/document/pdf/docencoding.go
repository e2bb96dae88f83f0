package pdf

import "strings"

// decodeTextString decodes a text string: UTF-16, UTF-8 or PDFDocEncoding (ISO 32000-2,
// 7.9.2.2).
func decodeTextString(s string) string {
	if strings.HasPrefix(s, "\xfe\xff") {
		return normalizeText(decodeUTF16(s))
	}
	if rest, ok := strings.CutPrefix(s, "\xef\xbb\xbf"); ok {
		return normalizeText(strings.ToValidUTF8(rest, "\ufffd"))
	}
	b := strings.Builder{}
	for i := range len(s) {
		b.WriteRune(docEncoded(s[i]))
	}
	return normalizeText(b.String())
}

// Characters of PDFDocEncoding that differ from Latin-1 (ISO 32000-1, annex D.3): from 0x18
// and from 0x80 on.
var (
	docEncodingLow  = []rune("˘ˇˆ˙˝˛˚˜")
	docEncodingHigh = []rune("•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\ufffd€")
)

// docEncoded returns the character of a byte in PDFDocEncoding.
func docEncoded(c byte) rune {
	switch {
	case c >= 0x18 && c < 0x20:
		return docEncodingLow[c-0x18]
	case c >= 0x80 && c <= 0xa0:
		return docEncodingHigh[c-0x80]
	}
	return rune(c)
}
