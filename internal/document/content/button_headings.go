package content

import (
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// minPanelWords is how many words a block after a button needs to count as the panel of
// that button, if the block is visible from the start.
const minPanelWords = 12

// restoreButtonHeadings restores the buttons that are headings of the panels after them,
// although no attribute says so. There must be several, each with its own label and its
// own panel. A "Read more" button stands alone or repeats its label.
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

// followingBlock returns the block after a button, or after the button's parent if that
// contains nothing else. It returns nil if inline text or nothing follows.
func followingBlock(n *node) *node {
	for range 3 { // n and two ancestors
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
