package content

import "golang.org/x/net/html/atom"

// Where little is shown, the document is looked for in what a script would show.
const (
	// fewWords are so few that a page shows no document.
	fewWords = 30
	// minFound is how much a document found elsewhere has at least.
	minFound = 100
)

// choose reads the document of a tree, from what it shows or, where that is next to
// nothing, from the place that holds the most: a template, what stands for pages
// without scripts, or the data of a script.
func choose(t *tree, url string) (*pruner, Source, int) {
	shown := newPruner(t, url)
	shown.document()
	best, source, looked := shown, FromPage, 1
	if t.body.prose() >= fewWords {
		return best, source, looked
	}
	try := func(other *tree, from Source) {
		looked++
		p := newPruner(other, url)
		p.document()
		if n := other.body.prose(); n >= minFound && n > 2*best.tree.body.prose() && !(from == FromScript && mixed(p.place)) {
			best, source = p, from
		}
	}
	for _, n := range shown.templates {
		try(t.with(n), FromTemplate)
	}
	for _, s := range t.unscripted {
		try(t.with(build(s).body), FromNoscript)
	}
	for _, body := range readData(t.stash) {
		try(t.with(body), FromScript)
	}
	best.words = max(best.words, shown.words)
	return best, source, looked
}

// with is the tree of another body of the same page.
func (t *tree) with(n *node) *tree {
	other := *t
	other.body = element(atom.Body, n.take()...)
	other.body.reset()
	return &other
}

// reset undoes what was counted and dropped, for another reading.
func (n *node) reset() {
	n.words, n.linked, n.inner, n.items, n.heads, n.forms, n.braces, n.buttons = 0, 0, 0, 0, 0, 0, 0, 0
	n.hasH1, n.holdsBlock, n.dropped = false, false, kept
	for c := n.first; c != nil; c = c.next {
		c.reset()
	}
}
