package content

import "golang.org/x/net/html/atom"

// minFlowWords is the minimum number of words outside links of an element that a misleading
// name does not drop. It was chosen by hand.
const minFlowWords = 5

// inContentFlow reports whether an element is a part of the text of the page: it is inside the
// main element or an article, or next to a text block or a section like itself. A banner or a
// menu is next to the element that contains the text.
func inContentFlow(n *node) bool {
	if isInside(n, atom.Main, atom.Article) {
		return true
	}
	for up := n.parent; up != nil; up = up.parent {
		if up.attr(attrRole) == "main" {
			return true
		}
	}
	return isTextNextTo(n, siblingBefore(n)) || isTextNextTo(n, siblingAfter(n))
}

// isTextNextTo reports whether the neighbor c of n is a text block, or a section with a
// heading like n itself.
func isTextNextTo(n, c *node) bool {
	if c == nil || c.linkShare() > 0.5 {
		return false
	}
	if c.class&heading != 0 || c.hasTag(atom.P, atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Blockquote) {
		return true
	}
	return n.tag == atom.Section && c.tag == atom.Section && n.headings > 0 && c.headings > 0 && !c.hasH1
}

// siblingBefore returns the last sibling before n that has text and is not dropped, or nil.
func siblingBefore(n *node) *node {
	if n.parent == nil {
		return nil
	}
	var before *node
	for c := n.parent.first; c != nil && c != n; c = c.next {
		if c.dropped == notDropped && c.words > 0 {
			before = c
		}
	}
	return before
}

// siblingAfter returns the first sibling after n that has text and is not dropped, or nil.
func siblingAfter(n *node) *node {
	for c := n.next; c != nil; c = c.next {
		if c.dropped == notDropped && c.words > 0 {
			return c
		}
	}
	return nil
}

// isProseInFlow reports whether an element is prose of the text, without links and controls.
// Its name then says what the text is about.
func isProseInFlow(n *node) bool {
	return n.prose() >= minFlowWords && n.linkShare() < 0.2 && n.buttons == 0 && n.fields == 0 && inContentFlow(n)
}
