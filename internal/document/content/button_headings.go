package content

import (
	"strings"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// buttonDropReason returns notDropped if a button is text or the heading of a panel, and
// control otherwise.
func (p *pruner) buttonDropReason(n *node) dropReason {
	if n.headings > 0 || n.words >= 12 { // a long label is text
		return notDropped
	}
	for up := n.parent; up != nil && up.tag != atom.Body; up = up.parent {
		if up.class&heading != 0 || up.tag == atom.Summary || up.tag == atom.Dt || up.attr(attrRole) == "heading" {
			return notDropped
		}
	}
	// A label of one word, such as "More", names no section.
	if n.words >= 2 && (n.has(attrAriaExpanded) || n.has(attrAriaControls)) {
		return notDropped
	}
	return control
}

// minPanelWords is the minimum length of a visible block that is the panel of the button
// before it. It was chosen by hand.
const minPanelWords = 12

// restoreButtonHeadings restores dropped buttons that are the headings of the panels after
// them, although no attribute marks them as such. It requires at least two different labels,
// and restores a button only if its label is unique. "Read more" buttons do not qualify: a
// page has only one, or all have the same label.
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

// followingBlock returns the block after a button. If the button is the only content of its
// parent, the block after the parent counts, up to two levels. It returns nil if inline text
// or nothing follows.
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
