package content

import "golang.org/x/net/html/atom"

// imply closes what a start tag ends without saying so (ExtractHTML standard, 13.1.2.4).
func (b *builder) imply(tag atom.Atom, is class) {
	if is&block != 0 {
		b.close(b.look(atom.Select, barsBlock))
		if tag != atom.Li && is&term == 0 {
			b.close(b.look(atom.P, barsP))
		}
	}
	switch {
	case is&heading != 0:
		if b.top().is&heading != 0 {
			b.close(len(b.stack) - 1)
		}
	case tag == atom.Li:
		b.close(b.look(tag, barsLi))
		b.close(b.look(atom.P, barsP))
	case is&term != 0:
		b.close(b.lookFor(term, barsTerm))
		b.close(b.look(atom.P, barsP))
	case tag == atom.Td || tag == atom.Th:
		b.close(b.lookFor(cell, barsCell))
	case tag == atom.Tr:
		b.close(b.lookFor(rowPart, barsTable))
	case is&rowGroup != 0:
		b.close(b.lookFor(rowGroup, barsTable))
	case tag == atom.A, tag == atom.Button:
		b.end(tag)
	case is&option != 0:
		if top := b.top(); top.tag == atom.Option || top.tag == tag {
			b.close(len(b.stack) - 1)
		}
	}
}

// look finds the innermost open element of a tag that none of a class hides; 0 if
// there is none.
func (b *builder) look(tag atom.Atom, bars class) int {
	if b.opened[tag] == 0 {
		return 0
	}
	for i := len(b.stack) - 1; i > 0 && i >= len(b.stack)-maxLook; i-- {
		if b.stack[i].tag == tag && !b.stack[i].ended {
			return i
		}
		if b.stack[i].is&bars != 0 {
			return 0
		}
	}
	return 0
}

// lookFor is look for an element of a class.
func (b *builder) lookFor(is, bars class) int {
	for i := len(b.stack) - 1; i > 0 && i >= len(b.stack)-maxLook; i-- {
		if b.stack[i].is&is != 0 && !b.stack[i].ended {
			return i
		}
		if b.stack[i].is&bars != 0 {
			return 0
		}
	}
	return 0
}

// end closes an element.
func (b *builder) end(tag atom.Atom) {
	is := classes[tag]
	if b.inSVG && tag != atom.Svg {
		return
	}
	switch {
	case tag == atom.Br, tag == atom.P && b.look(tag, barsP) == 0:
		b.start(token{kind: startToken, tag: tag})
		if tag == atom.Br {
			return
		}
	case is&void != 0, is&rawText != 0 && tag != atom.Textarea && tag != atom.Xmp, tag == atom.Html, tag == atom.Body, tag == atom.Head:
		return
	}
	var i int
	switch {
	case is&heading != 0:
		i = b.lookFor(heading, barsBlock)
	case tag == atom.Table:
		i = b.look(tag, barsTemplate)
	case is&tablePart != 0:
		i = b.look(tag, barsTable)
	case tag == atom.Template, tag == atom.Svg:
		i = b.look(tag, 0)
	case tag == atom.Li:
		i = b.look(tag, barsItem)
	default:
		i = b.look(tag, barsBlock)
	}
	if i > 0 && (is&inline != 0 || tag == atom.Form) {
		for j := i + 1; j < len(b.stack); j++ {
			if b.stack[j].is&inline == 0 { // it stays open for the block within it
				b.stack[i].ended = true
				return
			}
		}
	}
	b.close(i)
}

// close ends the open elements from i on, and those below that had ended before.
func (b *builder) close(i int) {
	if i < 1 {
		return
	}
	if b.full() && b.stack[i].is&inline == 0 {
		b.rest.WriteByte('\n')
	}
	for len(b.stack) > i || len(b.stack) > 1 && b.top().ended {
		top := b.top()
		if top.kept {
			b.depth--
		}
		if top.tag == atom.Svg {
			b.inSVG = false
		}
		b.opened[top.tag]--
		b.stack = b.stack[:len(b.stack)-1]
	}
}
