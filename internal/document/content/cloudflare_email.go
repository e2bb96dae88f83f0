package content

import (
	"strconv"
	"strings"
)

// cloudflareEmail decodes the e-mail address that Cloudflare replaced by its placeholder in
// a link, or returns "". The code is hexadecimal; the first byte is the XOR key of the
// others. Cloudflare picks a new key for each request, so without decoding the document
// would seem to change at each crawl.
func cloudflareEmail(n *node) string {
	code := n.attr(attrCFEmail)
	if code == "" {
		if _, rest, found := strings.Cut(n.attr(attrHref), "/cdn-cgi/l/email-protection#"); found {
			code = rest
		} else if c := n.first; c != nil && c.next == nil && !c.isText {
			code = c.attr(attrCFEmail)
		}
	}
	if len(code) < 6 || len(code) > 400 || len(code)%2 != 0 {
		return ""
	}
	out := make([]byte, 0, len(code)/2)
	for i := 0; i < len(code); i += 2 {
		b, err := strconv.ParseUint(code[i:i+2], 16, 8)
		if err != nil {
			return ""
		}
		out = append(out, byte(b))
	}
	for i := range out[1:] {
		out[i+1] ^= out[0]
		if out[i+1] <= ' ' || out[i+1] == '<' {
			return ""
		}
	}
	email, _, _ := strings.Cut(string(out[1:]), "?")
	if !strings.Contains(email, "@") {
		return ""
	}
	return email
}
