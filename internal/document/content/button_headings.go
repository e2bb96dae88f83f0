package content

import (
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// minPanelWords is how many words a block has that a button opens, where it is in sight
// from the beginning.
const minPanelWords = 12

// restoreButtonHeadings puts the buttons back that are the headings of what stands right behind
// them, though no attribute says so: several, each with another text and a block of its
// own. A button "Read more" is alone or says the same each time.
func (p *pruner) restoreButtonHeadings() {
	if len(p.droppedButtons) < 2 {
		return
	}
	labels := map[string]int{}
	label := func(n *node) string { return strings.ToLower(tokenize.CollapseSpace(allText(n))) }
	var titles []*node
	for _, n := range p.droppedButtons {
		if b := followingBlock(n); b != nil && (b.wasCollapsed || b.prose() >= minPanelWords && b.linkShare() < 0.5 && b.fields == 0) {
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

// followingBlock is the block that follows a button, or the element that has nothing else in
// it; nil if a line's text or nothing follows.
func followingBlock(n *node) *node {
	for range 3 {
		next := n.next
		for next != nil && next.words == 0 {
			next = next.next
		}
		switch {
		case next != nil && (next.dropped != notDropped || next.isInline()):
			return nil
		case next != nil:
			return next
		case n.parent == nil || n.parent.words > 0 || n.parent.buttons > 1:
			return nil
		}
		n = n.parent
	}
	return nil
}
