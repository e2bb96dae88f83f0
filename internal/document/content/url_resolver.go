package content

import (
	"net/url"
	"strings"
)

// urlResolver resolves links against the URL or the base element of the page.
type urlResolver struct{ base *url.URL }

// newURLResolver returns a resolver for the URL of the page and the href of its base
// element. Either may be empty.
func newURLResolver(page, base string) urlResolver {
	u, err := url.Parse(page)
	if err != nil || !u.IsAbs() {
		u = nil
	}
	if b, err := url.Parse(strings.TrimSpace(base)); err == nil && base != "" {
		switch {
		case u != nil:
			u = u.ResolveReference(b)
		case b.IsAbs():
			u = b
		}
	}
	return urlResolver{u}
}

// maxURLBytes bounds the length of a link target in the output. It was chosen by hand.
const maxURLBytes = 2000

// urlEscaper escapes the characters that would end a Markdown link or table cell.
var urlEscaper = strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\n", "", "\r", "", "\t", "", "\\", "%5C", "|", "%7C")

// lineBreakRemover removes line breaks and tabs, as browsers do (URL standard, 4.4).
var lineBreakRemover = strings.NewReplacer("\n", "", "\r", "", "\t", "")

// resolve returns the URL of a link, escaped for Markdown. It returns "" for a fragment of
// the same page, a script, an unknown scheme, or an href longer than maxURLBytes.
func (r urlResolver) resolve(href string) string {
	href = strings.TrimSpace(href)
	if href == "" || href[0] == '#' || len(href) > maxURLBytes {
		return ""
	}
	scheme, _, found := strings.Cut(href, ":")
	if found && !strings.ContainsAny(scheme, "/?#") {
		switch strings.ToLower(scheme) {
		case "http", "https", "mailto", "tel", "sms", "fax", "ftp":
			return urlEscaper.Replace(href)
		}
		return ""
	}
	if r.base != nil {
		if u, err := r.base.Parse(lineBreakRemover.Replace(href)); err == nil {
			return urlEscaper.Replace(u.String())
		}
	}
	return urlEscaper.Replace(href)
}
