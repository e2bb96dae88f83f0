package links

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
)

// plainText decodes character references and collapses white space.
func plainText(b []byte) string {
	s := string(b)
	if bytes.IndexByte(b, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	return collapseSpace(s)
}

// plainLongText is plainText without the limit on its length.
func plainLongText(b []byte) string {
	return strings.Join(strings.Fields(html.UnescapeString(string(b))), " ")
}

// collapseSpace collapses white space and cuts s to maxText bytes at a character.
func collapseSpace(s string) string {
	if s = strings.TrimSpace(s); !isSingleSpacedASCII(s) {
		s = strings.Join(strings.Fields(s), " ")
	}
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "")
}

// isSingleSpacedASCII reports whether s is printable ASCII with single spaces between words.
func isSingleSpacedASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' || c == ' ' && s[i+1] == ' ' {
			return false
		}
	}
	return true
}
