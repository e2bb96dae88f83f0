package content

import (
	"strconv"
	"strings"
)

// cloudflareEmail reads an address that a server replaced by "[email protected]": hex, the first
// byte is the key that the others were combined with. It differs at each request,
// so that a document with it would seem to change every day.
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
	address, _, _ := strings.Cut(string(out[1:]), "?")
	if !strings.Contains(address, "@") {
		return ""
	}
	return address
}
