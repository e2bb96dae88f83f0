package content

import "golang.org/x/net/html/atom"

// closeImplied closes the elements whose end tag a start tag implies (HTML standard, 13.1.2.4).
func (b *treeBuilder) closeImplied(tag atom.Atom, class tagClass) {
	if class&block != 0 {
		b.closeFrom(b.findOpen(atom.Select, endsScope))
		if tag != atom.Li && class&term == 0 {
			b.closeFrom(b.findOpen(atom.P, endsParagraphScope))
		}
	}
	switch {
	case class&heading != 0:
		if b.top().class&heading != 0 {
			b.closeFrom(len(b.stack) - 1)
		}
	case tag == atom.Li:
		b.closeFrom(b.findOpen(tag, endsNextItemScope))
		b.closeFrom(b.findOpen(atom.P, endsParagraphScope))
	case class&term != 0:
		b.closeFrom(b.findOpenClass(term, endsNextTermScope))
		b.closeFrom(b.findOpen(atom.P, endsParagraphScope))
	case tag == atom.Td || tag == atom.Th:
		b.closeFrom(b.findOpenClass(cell, endsCellScope))
	case tag == atom.Tr:
		b.closeFrom(b.findOpenClass(rowPart, endsTableScope))
	case class&rowGroup != 0:
		b.closeFrom(b.findOpenClass(rowGroup, endsTableScope))
	case tag == atom.A, tag == atom.Button:
		b.endTag(tag)
	case class&option != 0:
		if top := b.top(); top.tag == atom.Option || top.tag == tag {
			b.closeFrom(len(b.stack) - 1)
		}
	}
}

// findOpen returns the stack index of the innermost open element with a tag, or 0 if there
// is none within the scope that boundary delimits.
func (b *treeBuilder) findOpen(tag atom.Atom, boundary tagClass) int {
	if b.openCount[tagSlot(tag)] == 0 {
		return 0
	}
	for i := len(b.stack) - 1; i > 0 && i >= len(b.stack)-maxStackSearch; i-- {
		if b.stack[i].tag == tag && !b.stack[i].endTagSeen {
			return i
		}
		if b.stack[i].class&boundary != 0 {
			return 0
		}
	}
	return 0
}

// findOpenClass is findOpen for any element of a class.
func (b *treeBuilder) findOpenClass(class, boundary tagClass) int {
	for i := len(b.stack) - 1; i > 0 && i >= len(b.stack)-maxStackSearch; i-- {
		if b.stack[i].class&class != 0 && !b.stack[i].endTagSeen {
			return i
		}
		if b.stack[i].class&boundary != 0 {
			return 0
		}
	}
	return 0
}

// endTag processes an end tag (HTML standard, 13.2.6.4.7). An unmatched one is ignored,
// except </p> and </br>, which insert an element.
func (b *treeBuilder) endTag(tag atom.Atom) {
	class := classOf(tag)
	if b.inSVG && tag != atom.Svg {
		return
	}
	switch {
	case tag == atom.Br, tag == atom.P && b.findOpen(tag, endsParagraphScope) == 0:
		b.startTag(token{kind: startToken, tag: tag})
		if tag == atom.Br {
			return
		}
	case class&void != 0, class&rawText != 0 && tag != atom.Textarea && tag != atom.Xmp, tag == atom.Html, tag == atom.Body, tag == atom.Head:
		return
	}
	var i int
	switch {
	case class&heading != 0:
		i = b.findOpenClass(heading, endsScope)
	case tag == atom.Table:
		i = b.findOpen(tag, endsTemplateScope)
	case class&tablePart != 0:
		i = b.findOpen(tag, endsTableScope)
	case tag == atom.Template, tag == atom.Svg:
		i = b.findOpen(tag, 0)
	case tag == atom.Li:
		i = b.findOpen(tag, endsListItemScope)
	default:
		i = b.findOpen(tag, endsScope)
	}
	if i > 0 && (class&inline != 0 || tag == atom.Form) {
		for j := i + 1; j < len(b.stack); j++ {
			if b.stack[j].class&inline == 0 { // it stays open for the block inside it
				b.stack[i].endTagSeen = true
				return
			}
		}
	}
	b.closeFrom(i)
}

// closeFrom closes the open elements from stack index i on, and the ones below whose end
// tag was seen before.
func (b *treeBuilder) closeFrom(i int) {
	if i < 1 {
		return
	}
	if b.isFull() && b.stack[i].class&inline == 0 {
		b.overflow.WriteByte('\n')
	}
	for len(b.stack) > i || len(b.stack) > 1 && b.top().endTagSeen {
		top := b.top()
		if top.ownsNode {
			b.depth--
		}
		if top.tag == atom.Svg {
			b.inSVG = false
		}
		b.openCount[tagSlot(top.tag)]--
		b.stack = b.stack[:len(b.stack)-1]
	}
}
