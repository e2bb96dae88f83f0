package content

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/plain"
)

// link writes a link; one that leads nowhere else, or that holds blocks, is what is in it.
func (w *writer) link(n *node) {
	w.linkWords += int(n.linked)
	if mail := shieldedMail(n); mail != "" {
		w.mail(mail)
		return
	}
	href := w.addr.resolve(n.attr(attrHref))
	if href == "" || n.holdsBlock || w.inLink || w.inHeading {
		w.blocks(n)
		return
	}
	if n.words == 0 && find(n, atom.Img) == nil {
		return
	}
	w.space = w.space || beginsWithSpace(n)
	w.sync('[')
	from, open := len(w.line), len(w.open)
	w.line = append(w.line, '[')
	w.inLink, w.linkFrom = true, len(w.line)
	w.blocks(n)
	w.inLink, w.linkFrom = false, 0
	w.closeMarks(open, 0)
	if len(w.line) == from+1 {
		w.line = w.line[:from]
		return
	}
	w.line = append(append(append(w.line, "]("...), href...), ')')
}

// beginsWithSpace says whether the first text below n does.
func beginsWithSpace(n *node) bool {
	for n != nil && !n.isText {
		n = n.first
	}
	return n != nil && n.text != "" && spaceAt(n.text, 0) > 0
}

// permalink says that a link is only the sign by which a heading is linked to.
func permalink(n *node) bool {
	if !strings.HasPrefix(n.attr(attrHref), "#") {
		return false
	}
	switch text := strings.TrimSpace(allText(n)); text {
	case "#", "¶", "§", "🔗", "link", "":
		return true
	}
	return false
}

// image writes a picture that says what it shows.
func (w *writer) image(n *node) {
	alt := plain.CollapseSpace(n.attr(attrAlt))
	if alt == "" {
		return
	}
	src := w.addr.resolve(n.attr(attrSrc))
	switch {
	case utf8.RuneCountInString(alt) <= 2: // a sign that is drawn is text
		w.words(alt)
		return
	case src == "" || w.inHeading:
		return
	}
	w.sync('!')
	w.line = append(w.line, "!["...)
	w.space = false
	for i, f := range strings.Fields(alt) {
		if i > 0 {
			w.line = append(w.line, ' ')
		}
		for j := range len(f) {
			if special[f[j]] {
				w.line = append(w.line, '\\')
			}
			w.line = append(w.line, f[j])
		}
	}
	w.line = append(append(append(w.line, "]("...), src...), ')')
}

// mail writes an address that was shielded from robots.
func (w *writer) mail(address string) {
	w.sync('[')
	w.line = append(w.line, '[')
	w.word(address)
	w.line = append(append(append(w.line, "](mailto:"...), strings.ReplaceAll(address, ")", "%29")...), ')')
}

// shieldedMail reads an address that a server replaced by "[email protected]": hex, the first
// byte is the key that the others were combined with. It differs at each request,
// so that a document with it would seem to change every day.
func shieldedMail(n *node) string {
	code := n.attr(attrEmail)
	if code == "" {
		if _, rest, found := strings.Cut(n.attr(attrHref), "/cdn-cgi/l/email-protection#"); found {
			code = rest
		} else if c := n.first; c != nil && c.next == nil && !c.isText {
			code = c.attr(attrEmail)
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

// addresses makes links absolute.
type addresses struct{ base *url.URL }

func newAddresses(page, base string) addresses {
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
	return addresses{u}
}

// maxHref is the longest address that is written, in bytes.
const maxHref = 2000

// escapeHref keeps an address from ending the link that it stands in.
var escapeHref = strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\n", "", "\r", "", "\t", "", "\\", "%5C", "|", "%7C")

// lineless takes out what browsers do: line ends and tabs.
var lineless = strings.NewReplacer("\n", "", "\r", "", "\t", "")

// resolve is an address as it is written; empty where it leads to a place in this
// page, to a script, or nowhere.
func (a addresses) resolve(href string) string {
	href = strings.TrimSpace(href)
	if href == "" || href[0] == '#' || len(href) > maxHref {
		return ""
	}
	scheme, _, found := strings.Cut(href, ":")
	if found && !strings.ContainsAny(scheme, "/?#") {
		switch strings.ToLower(scheme) {
		case "http", "https", "mailto", "tel", "sms", "fax", "ftp":
			return escapeHref.Replace(href)
		}
		return ""
	}
	if a.base != nil {
		if u, err := a.base.Parse(lineless.Replace(href)); err == nil {
			return escapeHref.Replace(u.String())
		}
	}
	return escapeHref.Replace(href)
}
