package content

// pruner drops the nodes of a tree that are not part of its document.
type pruner struct {
	tree             *tree
	pageURL          string               // the URL of the page, or ""
	hintCache        map[string]nameHints // hints by class list
	templates        []*node              // template elements, which a script may show
	hidden           []*node              // hidden elements, candidates for restoreCollapsed
	droppedButtons   []*node              // candidates for restoreButtonHeadings
	pageWords        int                  // words of the whole page
	pageProse        int                  // words of the whole page outside links
	contentRoot      *node                // innermost element that contains the document; see findContentRoot
	hiddenTitle      string               // first h1 that is visible to screen readers only
	documentHeadings []string             // see ExtractedPage.DocumentHeadings
	shell            *node                // body of the visible page, if the document is elsewhere in it
}

// newPruner returns a pruner for a tree. pageURL may be empty.
func newPruner(t *tree, pageURL string) *pruner {
	return &pruner{tree: t, pageURL: pageURL, hintCache: map[string]nameHints{}}
}

// pruneToDocument drops all nodes that are not part of the document.
func (p *pruner) pruneToDocument() {
	body := p.tree.body
	p.measure(body, false, false)
	p.pageWords = int(body.words)
	p.restoreCollapsed()
	p.restoreButtonHeadings()
	body.computeTextHash()
	p.pageProse = body.prose()
	p.dropBoilerplate(body)
	p.contentRoot = p.findContentRoot(body)
	p.dropDuplicates(body, map[uint64]*node{})
	p.dropOuterLinkLists(p.contentRoot)
	p.documentHeadings = p.selectDocument(p.contentRoot)
}

// drop drops a node and subtracts its counts from those of its ancestors.
func (n *node) drop(reason dropReason) {
	n.dropped = reason
	for up := n.parent; up != nil; up = up.parent {
		up.addCounts(n, -1)
		if up.dropped != notDropped {
			return
		}
	}
}

// restore undoes drop. It does not update the text hashes of the ancestors:
// computeTextHash runs after all restores.
func (n *node) restore() {
	n.dropped = notDropped
	for up := n.parent; up != nil; up = up.parent {
		up.addCounts(n, 1)
		if up.dropped != notDropped {
			return
		}
	}
}

// proseShare returns n's share of the page's prose, 0 to 1.
func (p *pruner) proseShare(n *node) float64 {
	if p.pageProse == 0 {
		return 0
	}
	return float64(n.prose()) / float64(p.pageProse)
}
