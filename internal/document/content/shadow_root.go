package content

import "golang.org/x/net/html/atom"

// exposeShadowRoots replaces the children of the shadow hosts below n by the contents of
// their declarative shadow roots, as browsers render them. The children that the host had
// go into the slots. Children without a slot are not rendered (HTML standard, 4.12.4).
func exposeShadowRoots(n *node) {
	for c := n.first; c != nil; c = c.next {
		if c.tag == atom.Template && c.has(attrShadowRootMode) {
			n.openShadowRoot(c)
			break
		}
	}
	for c := n.first; c != nil; c = c.next {
		exposeShadowRoots(c)
	}
}

// openShadowRoot replaces the children of the host n by those of its shadow root.
func (n *node) openShadowRoot(root *node) {
	var light []*node
	for _, c := range n.detachChildren() {
		if c != root {
			light = append(light, c)
		}
	}
	for _, c := range root.detachChildren() {
		n.append(c)
	}
	slots := map[string]*node{} // a second slot with the same name stays empty
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
		if !filled[s] { // remove the slot's fallback content
			s.detachChildren()
			filled[s] = true
		}
		s.append(c)
	}
}

// detachChildren removes the children of n and returns them.
func (n *node) detachChildren() []*node {
	var out []*node
	for c := n.first; c != nil; {
		next := c.next
		c.next, c.parent = nil, nil
		out = append(out, c)
		c = next
	}
	n.first, n.last = nil, nil
	return out
}
