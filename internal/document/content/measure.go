package content

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/plain"
)

// measure counts what is below each node, from the leaves up, once. What is never
// shown is dropped, and counted nowhere; what waits to be shown is dropped as
// hidden, and counted within itself only.
func (p *pruner) measure(n *node, linked, inner bool) {
	if n.isText {
		w := int32(plain.CountWords(n.text))
		n.words = w
		if linked {
			n.linked = w
		}
		if inner {
			n.inner = w
		}
		if strings.Contains(n.text, "{{") {
			n.braces = 1
		}
		return
	}
	switch n.tag {
	case atom.Svg, atom.Audio, atom.Video, atom.Canvas, atom.Object, atom.Embed, atom.Progress, atom.Meter, atom.Datalist, atom.Param, atom.Source, atom.Track, atom.Area, atom.Map:
		n.dropped = unshown
		return
	case atom.Template:
		n.dropped = hidden
		p.templates = append(p.templates, n)
	case atom.A:
		if href := n.attr(attrHref); href != "" {
			linked, inner = true, href[0] == '#'
			n.items++
		}
	case atom.Input, atom.Select, atom.Textarea:
		n.dropped = unshown
		if t := n.attr(attrType); n.tag == atom.Input && (t == "button" || t == "submit") {
			n.buttons++
		}
		if n.tag == atom.Textarea || n.tag == atom.Input && written[strings.ToLower(n.attr(attrType))] {
			n.forms++
		}
	}
	if n.is&heading != 0 || n.attr(attrRole) == "heading" {
		n.heads++
		n.hasH1 = n.tag == atom.H1
	}
	if n.is&inline == 0 || n.has(attrClass) {
		n.names = p.namesOf(n)
	}
	for c := n.first; c != nil; c = c.next {
		p.measure(c, linked, inner)
		n.forms += c.forms
		n.buttons += c.buttons
		if c.dropped == kept {
			n.add(c, 1)
			n.holdsBlock = n.holdsBlock || c.holdsBlock || !c.isText && !c.standsInLine()
		}
	}
	switch {
	case n.tag == atom.H1 && n.words > 0 && n.linked == n.words && homeLink(n): // the site's name
		n.dropped = menu
	case n.tag == atom.A && n.words <= 1 && permalink(n):
		n.dropped = unshown
	case n.tag == atom.Textarea && n.words >= minHidden: // an agreement in a box to scroll
		n.dropped, n.forms = kept, 0
	case n.dropped != kept || n.tag == atom.Body:
	case n.names&namedUnseen != 0:
		if n.hasH1 && p.title == "" {
			p.title = plain.CollapseSpace(allText(n))
		}
		n.dropped = unshown
	case n.concealed():
		n.dropped = hidden
		p.concealed = append(p.concealed, n)
	case n.tag == atom.Button:
		n.buttons++
		if n.dropped = p.button(n); n.dropped == unshown && n.words > 0 {
			p.pressed = append(p.pressed, n)
		}
	case n.attr(attrRole) == "button":
		n.buttons++
	}
}

// resum makes the fingerprints of all that is not dropped below n.
func (n *node) resum() {
	if n.isText {
		n.sum, n.base = fingerprint(n.text)
		return
	}
	n.sum, n.base = 0, 1
	for c := n.first; c != nil; c = c.next {
		if c.dropped == kept {
			c.resum()
			n.sum, n.base = n.sum*c.base+c.sum, n.base*c.base
		}
	}
}

// fingerprint sums the letters and digits of a text up, so that what wraps them makes
// no difference: the sum of two texts in a row is s1*b2+s2, and their base b1*b2.
func fingerprint(s string) (sum, base uint64) {
	const prime = 1099511628211
	base = 1
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || letter(c) || c >= '0' && c <= '9' {
			sum = sum*prime + uint64(c)
			base *= prime
		}
	}
	return sum, base
}

// homeLink says whether the first link below n leads to a site's first page.
func homeLink(n *node) bool {
	a := find(n, atom.A)
	if a == nil {
		return false
	}
	u, err := url.Parse(strings.TrimSpace(a.attr(attrHref)))
	return err == nil && u.RawQuery == "" && u.Fragment == "" && (u.Path == "/" || u.Path == "" && u.Host != "" || u.Path == "./")
}

// add counts c in n, or out of it with a sign of -1.
func (n *node) add(c *node, sign int32) {
	n.words += sign * c.words
	n.linked += sign * c.linked
	n.inner += sign * c.inner
	n.items += sign * c.items
	n.heads += sign * c.heads
	n.braces += sign * c.braces
	n.hasH1 = n.hasH1 || c.hasH1 && sign > 0
}

// written are the types of input that one writes into.
var written = map[string]bool{"": true, "text": true, "email": true, "tel": true, "search": true, "password": true, "url": true, "number": true}

// minHidden is how many words are a text, and no label.
const minHidden = 60

// concealed says whether an element is hidden from sight as long as nothing is clicked.
func (n *node) concealed() bool {
	if n.names&namedHidden != 0 || n.has(attrHidden) || n.attr(attrAriaHidden) == "true" {
		return true
	}
	style := n.attr(attrStyle)
	if len(style) < len("display:none") {
		return false
	}
	style = strings.ToLower(strings.ReplaceAll(style, " ", ""))
	return strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden")
}

// button keeps the buttons that are the headings of what they open.
func (p *pruner) button(n *node) reason {
	if n.heads > 0 || n.words >= 12 {
		return kept
	}
	for up := n.up; up != nil && up.tag != atom.Body; up = up.up {
		if up.is&heading != 0 || up.tag == atom.Summary || up.tag == atom.Dt || up.attr(attrRole) == "heading" {
			return kept
		}
	}
	if n.words >= 2 && (n.has(attrAriaExpanded) || n.has(attrAriaControls)) {
		return kept
	}
	return unshown
}
