package content

import (
	"net/url"
	"strings"
)

// urlResolver makes links absolute.
type urlResolver struct{ base *url.URL }

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

// maxURLBytes is the longest address that is written, in bytes.
const maxURLBytes = 2000

// urlEscaper keeps an address from ending the link that it stands in.
var urlEscaper = strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\n", "", "\r", "", "\t", "", "\\", "%5C", "|", "%7C")

// lineBreakRemover takes out what browsers do: line ends and tabs.
var lineBreakRemover = strings.NewReplacer("\n", "", "\r", "", "\t", "")

// resolve is an address as it is written; empty where it leads to a place in this
// page, to a script, or nowhere.
func (a urlResolver) resolve(href string) string {
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
	if a.base != nil {
		if u, err := a.base.Parse(lineBreakRemover.Replace(href)); err == nil {
			return urlEscaper.Replace(u.String())
		}
	}
	return urlEscaper.Replace(href)
}
