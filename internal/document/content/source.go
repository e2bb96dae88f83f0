package content

import "golang.org/x/net/html/atom"

// Source is where in a page its document was found.
type Source string

// The places where a document may stand.
const (
	FromPage     Source = "page"     // in what is shown
	FromTemplate Source = "template" // in a template element that a script shows
	FromNoscript Source = "noscript" // in what is shown where no scripts run
	FromScript   Source = "script"   // in data that a script shows: JSON in a script or an attribute
	FromText     Source = "text"     // the page is no ExtractHTML but text
)

// Where little is shown, the document is looked for in what a script would show.
const (
	// minVisibleProse are so few that a page shows no document.
	minVisibleProse = 30
	// minSourceProse is how much a document found elsewhere has at least.
	minSourceProse = 100
)

// chooseSource reads the document of a tree, from what it shows or, where that is next to
// nothing, from the place that holds the most: a template, what stands for pages
// without scripts, or the data of a script.
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
	best.pageWords = max(best.pageWords, visible.pageWords)
	return best, source, tried
}

// withBody is the tree of another body of the same page.
func (t *tree) withBody(n *node) *tree {
	other := *t
	other.body = newElement(atom.Body, n.detachChildren()...)
	other.body.resetCounts()
	return &other
}

// resetCounts undoes what was counted and dropped, for another reading.
func (n *node) resetCounts() {
	n.words, n.linkWords, n.fragmentLinkWords, n.links, n.headings, n.fields, n.placeholders, n.buttons = 0, 0, 0, 0, 0, 0, 0, 0
	n.hasH1, n.hasBlock, n.dropped = false, false, notDropped
	for c := n.first; c != nil; c = c.next {
		c.resetCounts()
	}
}
