package content

import (
	"strings"

	"github.com/clausea/crawler/internal/document/plain"
)

// minOpened is how many words a block has that a button opens, where it is in sight
// from the beginning.
const minOpened = 12

// nameSections puts the buttons back that are the headings of what stands right behind
// them, though no attribute says so: several, each with another text and a block of its
// own. A button "Read more" is alone or says the same each time.
func (p *pruner) nameSections() {
	if len(p.pressed) < 2 {
		return
	}
	labels := map[string]int{}
	label := func(n *node) string { return strings.ToLower(plain.CollapseSpace(allText(n))) }
	var titles []*node
	for _, n := range p.pressed {
		if b := behind(n); b != nil && (b.revealed || b.prose() >= minOpened && b.linkShare() < 0.5 && b.forms == 0) {
			labels[label(n)]++
			titles = append(titles, n)
		}
	}
	if len(labels) < 2 {
		return
	}
	for _, n := range titles {
		if labels[label(n)] == 1 {
			n.restore()
		}
	}
}

// behind is the block that follows a button, or the element that has nothing else in
// it; nil if a line's text or nothing follows.
func behind(n *node) *node {
	for range 3 {
		next := n.next
		for next != nil && next.words == 0 {
			next = next.next
		}
		switch {
		case next != nil && (next.dropped != kept || next.inLine()):
			return nil
		case next != nil:
			return next
		case n.up == nil || n.up.words > 0 || n.up.buttons > 1:
			return nil
		}
		n = n.up
	}
	return nil
}
