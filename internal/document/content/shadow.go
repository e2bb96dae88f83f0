package content

import "golang.org/x/net/html/atom"

// expose puts the declarative shadow roots below n in the place of what their hosts
// hold, as browsers show them: the host's own children stand in the slots, those
// that have no slot are not shown (ExtractHTML standard, 4.12.4).
func expose(n *node) {
	for c := n.first; c != nil; c = c.next {
		if c.tag == atom.Template && c.has(attrShadow) {
			n.openShadow(c)
			break
		}
	}
	for c := n.first; c != nil; c = c.next {
		expose(c)
	}
}

func (n *node) openShadow(root *node) {
	var light []*node
	for _, c := range n.take() {
		if c != root {
			light = append(light, c)
		}
	}
	for _, c := range root.take() {
		n.append(c)
	}
	slots := map[string]*node{} // a second slot of a name stays empty
	walk(n, func(c *node) bool {
		if c.tag == atom.Slot && slots[c.attr(attrName)] == nil {
			slots[c.attr(attrName)] = c
		}
		return c.tag != atom.Template
	})
	filled := map[*node]bool{}
	for _, c := range light {
		s := slots[c.attr(attrSlot)]
		if s == nil || s == c {
			continue
		}
		if !filled[s] { // what stands in a slot is for when nothing comes
			s.take()
			filled[s] = true
		}
		s.append(c)
	}
}

// take gives the children of n, which has none afterwards.
func (n *node) take() []*node {
	var out []*node
	for c := n.first; c != nil; {
		next := c.next
		c.next, c.up = nil, nil
		out = append(out, c)
		c = next
	}
	n.first, n.last = nil, nil
	return out
}
