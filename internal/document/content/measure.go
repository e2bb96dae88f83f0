package content

import (
	"net/url"
	"strings"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// measure computes the counts of n and its descendants, from the leaves up, in one pass. It
// drops content that is never visible and does not count it. It also drops hidden content,
// which has counts of its own so that restoreCollapsed can restore it. inLink and
// inFragmentLink are set inside a link and inside a link to the same page.
func (p *pruner) measure(n *node, inLink, inFragmentLink bool) {
	if n.isText {
		n.measureText(inLink, inFragmentLink)
		return
	}
	switch n.tag {
	case atom.Svg, atom.Audio, atom.Video, atom.Canvas, atom.Object, atom.Embed, atom.Progress, atom.Meter, atom.Datalist, atom.Param, atom.Source, atom.Track, atom.Area, atom.Map:
		n.dropped = invisible
		return
	case atom.Template:
		n.dropped = hidden
		p.templates = append(p.templates, n)
	case atom.A:
		if href := n.attr(attrHref); href != "" {
			inLink, inFragmentLink = true, href[0] == '#'
			n.links++
		}
	case atom.Input, atom.Select, atom.Textarea:
		n.measureField()
	}
	if n.class&heading != 0 || n.attr(attrRole) == "heading" {
		n.headings++
		n.hasH1 = n.tag == atom.H1
	}
	if n.class&inline == 0 || n.has(attrClass) {
		n.hints = p.hintsOf(n)
	}
	for c := n.first; c != nil; c = c.next {
		p.measure(c, inLink, inFragmentLink)
		n.fields += c.fields
		n.buttons += c.buttons
		if c.dropped == notDropped {
			n.addCounts(c, 1)
			n.hasBlock = n.hasBlock || c.hasBlock || !c.isText && !c.isRenderedInline()
		}
	}
	p.dropUnshown(n)
	if n.words == 0 && (n.hasTag(atom.Td, atom.Th, atom.Dd) || n.attr(attrRole) == "cell" || n.attr(attrRole) == "gridcell") {
		p.labelEmptyCell(n)
	}
}

// measureText counts the words of a text node.
func (n *node) measureText(inLink, inFragmentLink bool) {
	w := int32(tokenize.CountWords(n.text))
	n.words = w
	if inLink {
		n.linkWords = w
	}
	if inFragmentLink {
		n.fragmentLinkWords = w
	}
	if strings.Contains(n.text, "{{") {
		n.placeholders = 1
	}
}

// measureField drops a form control and counts it as a button or a text field.
func (n *node) measureField() {
	n.dropped = control
	if t := n.attr(attrType); n.tag == atom.Input && (t == "button" || t == "submit") {
		n.buttons++
	}
	if n.tag == atom.Textarea || n.tag == atom.Input && textInputTypes[strings.ToLower(n.attr(attrType))] {
		n.fields++
	}
}

// dropUnshown drops a measured element that is not visible when the page opens. It records
// the elements that a later step may restore.
func (p *pruner) dropUnshown(n *node) {
	switch {
	case n.tag == atom.H1 && n.words > 0 && n.linkWords == n.words && isHomeLink(n): // the site's name
		n.dropped = siteBoilerplate
	case n.tag == atom.A && n.words <= 1 && isPermalink(n):
		n.dropped = control
	case n.tag == atom.Textarea && n.words >= minTextWords: // an agreement in a scroll box
		n.dropped, n.fields = notDropped, 0
	case n.dropped != notDropped || n.tag == atom.Body:
	case n.hints&hintScreenReader != 0:
		if n.hasH1 && p.hiddenTitle == "" {
			p.hiddenTitle = tokenize.CollapseSpace(allText(n))
		}
		n.dropped = screenReader
	case isHidden(n):
		n.dropped = hidden
		p.hidden = append(p.hidden, n)
	case n.tag == atom.Button:
		n.buttons++
		if n.dropped = p.buttonDropReason(n); n.dropped == control && n.words > 0 {
			p.droppedButtons = append(p.droppedButtons, n)
		}
	case n.attr(attrRole) == "button":
		n.buttons++
	}
}

// isHomeLink reports whether the first link below n leads to the site's home page.
func isHomeLink(n *node) bool {
	a := findTag(n, atom.A)
	if a == nil {
		return false
	}
	u, err := url.Parse(strings.TrimSpace(a.attr(attrHref)))
	return err == nil && u.RawQuery == "" && u.Fragment == "" && (u.Path == "/" || u.Path == "" && u.Host != "" || u.Path == "./")
}

// addCounts adds the counts of c to n, or subtracts them if sign is -1.
func (n *node) addCounts(c *node, sign int32) {
	n.words += sign * c.words
	n.linkWords += sign * c.linkWords
	n.fragmentLinkWords += sign * c.fragmentLinkWords
	n.links += sign * c.links
	n.headings += sign * c.headings
	n.placeholders += sign * c.placeholders
	n.hasH1 = n.hasH1 || c.hasH1 && sign > 0
}

// textInputTypes holds the types of input elements for text.
var textInputTypes = map[string]bool{"": true, "text": true, "email": true, "tel": true, "search": true, "password": true, "url": true, "number": true}

// minTextWords is the minimum length of hidden or preformatted content that is text of the
// document instead of a label. It was chosen by hand.
const minTextWords = 60
