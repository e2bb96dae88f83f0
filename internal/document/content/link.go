package content

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// writeLink writes a link; one that leads nowhere else, or that holds blocks, is what is in it.
func (w *writer) writeLink(n *node) {
	w.linkWords += int(n.linkWords)
	if mail := cloudflareEmail(n); mail != "" {
		w.writeEmailLink(mail)
		return
	}
	href := w.urls.resolve(n.attr(attrHref))
	if href == "" || n.hasBlock || w.inLink || w.inHeading {
		w.writeChildren(n)
		return
	}
	if n.words == 0 && findTag(n, atom.Img) == nil {
		return
	}
	w.pendingSpace = w.pendingSpace || startsWithSpace(n)
	w.syncMarks('[')
	from, open := len(w.block), len(w.openMarks)
	w.block = append(w.block, '[')
	w.inLink, w.linkTextStart = true, len(w.block)
	w.writeChildren(n)
	w.inLink, w.linkTextStart = false, 0
	w.closeMarks(open, 0)
	if len(w.block) == from+1 {
		w.block = w.block[:from]
		return
	}
	w.block = append(append(append(w.block, "]("...), href...), ')')
}

// startsWithSpace says whether the first text below n does.
func startsWithSpace(n *node) bool {
	for n != nil && !n.isText {
		n = n.first
	}
	return n != nil && n.text != "" && spaceAt(n.text, 0) > 0
}

// isPermalink says that a link is only the sign by which a heading is linked to.
func isPermalink(n *node) bool {
	if !strings.HasPrefix(n.attr(attrHref), "#") {
		return false
	}
	switch text := strings.TrimSpace(allText(n)); text {
	case "#", "¶", "§", "🔗", "link", "":
		return true
	}
	return false
}

// writeImage writes a picture that says what it shows.
func (w *writer) writeImage(n *node) {
	alt := tokenize.CollapseSpace(n.attr(attrAlt))
	if alt == "" {
		return
	}
	src := w.urls.resolve(n.attr(attrSrc))
	switch {
	case utf8.RuneCountInString(alt) <= 2: // a sign that is drawn is text
		w.writeWords(alt)
		return
	case src == "" || w.inHeading:
		return
	}
	w.syncMarks('!')
	w.block = append(w.block, "!["...)
	w.pendingSpace = false
	for i, f := range strings.Fields(alt) {
		if i > 0 {
			w.block = append(w.block, ' ')
		}
		for j := range len(f) {
			if markdownSpecial[f[j]] {
				w.block = append(w.block, '\\')
			}
			w.block = append(w.block, f[j])
		}
	}
	w.block = append(append(append(w.block, "]("...), src...), ')')
}

// writeEmailLink writes an address that was shielded from robots.
func (w *writer) writeEmailLink(address string) {
	w.syncMarks('[')
	w.block = append(w.block, '[')
	w.writeWord(address)
	w.block = append(append(append(w.block, "](mailto:"...), strings.ReplaceAll(address, ")", "%29")...), ')')
}

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
