package content

import "golang.org/x/net/html/atom"

// Source is the part of a page that contains its document.
type Source string

// The sources of a document.
const (
	FromPage     Source = "page"     // the visible text
	FromTemplate Source = "template" // a template element that a script shows
	FromNoscript Source = "noscript" // the content for browsers without scripts
	FromScript   Source = "script"   // data that a script shows: JSON in a script or an attribute
	FromText     Source = "text"     // the page is Markdown or plain text, not HTML
)

// Words of prose in a source. The values were chosen by hand.
const (
	// minVisibleProse is the minimum for the visible page. Below it, other sources are tried.
	minVisibleProse = 30
	// minSourceProse is the minimum for any other source.
	minSourceProse = 100
)

// chooseSource prunes the visible page to its document. If that leaves less than
// minVisibleProse, it also tries templates, noscript content and embedded data. A source
// replaces the best one so far if it has more than twice as much prose. chooseSource
// returns the pruned source, its kind and the number of sources that it tried.
func chooseSource(t *tree, url string) (*pruner, Source, int) {
	visible := newPruner(t, url)
	visible.pruneToDocument()
	best, source, tried := visible, FromPage, 1
	if t.body.prose() >= minVisibleProse {
		return best, source, tried
	}
	try := func(other *tree, from Source) {
		tried++
		p := newPruner(other, url)
		p.pruneToDocument()
		if n := other.body.prose(); n >= minSourceProse && n > 2*best.tree.body.prose() && !(from == FromScript && isMixedData(p.contentRoot)) {
			best, source = p, from
		}
	}
	for _, n := range visible.templates {
		try(t.withBody(n), FromTemplate)
	}
	for _, s := range t.noscripts {
		try(t.withBody(buildTree(s).body), FromNoscript)
	}
	for _, body := range renderEmbedded(t.embedded) {
		try(t.withBody(body), FromScript)
	}
	if best != visible {
		best.shell = t.body
	}
	best.pageWords = max(best.pageWords, visible.pageWords)
	return best, source, tried
}

// withBody returns the page's tree with the children of n as its body.
func (t *tree) withBody(n *node) *tree {
	other := *t
	other.body = newElement(atom.Body, n.detachChildren()...)
	other.body.resetCounts()
	return &other
}

// resetCounts clears the results of a previous pruning of n and its descendants.
func (n *node) resetCounts() {
	n.words, n.linkWords, n.fragmentLinkWords, n.links, n.headings, n.fields, n.placeholders, n.buttons = 0, 0, 0, 0, 0, 0, 0, 0
	n.hasH1, n.hasBlock, n.dropped = false, false, notDropped
	for c := n.first; c != nil; c = c.next {
		c.resetCounts()
	}
}
