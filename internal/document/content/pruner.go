package content

// pruner finds what of a tree is no part of its document.
type pruner struct {
	tree             *tree
	pageURL          string               // the page's address
	hintCache        map[string]nameHints // of class lists that were read
	templates        []*node              // that scripts may fill in
	hidden           []*node              // hidden from sight at first
	droppedButtons   []*node              // buttons that may be the heading of the block behind them
	pageWords        int                  // of the whole page
	pageProse        int                  // of them, not links
	contentRoot      *node                // where the document's text spreads over several blocks
	hiddenTitle      string               // of a first heading that only screen readers see
	documentHeadings []string             // the headings of several documents
}

func newPruner(t *tree, page string) *pruner {
	return &pruner{tree: t, pageURL: page, hintCache: map[string]nameHints{}}
}

// pruneToDocument drops all of a tree but its document.
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

// drop takes a node out of the document and out of its ancestors' counts.
func (n *node) drop(why dropReason) {
	n.dropped = why
	for up := n.parent; up != nil; up = up.parent {
		up.addCounts(n, -1)
		if up.dropped != notDropped {
			return
		}
	}
}

// restore puts a node back that was dropped. The fingerprints around it are those of
// resum, after all that is put back.
func (n *node) restore() {
	n.dropped = notDropped
	for up := n.parent; up != nil; up = up.parent {
		up.addCounts(n, 1)
		if up.dropped != notDropped {
			return
		}
	}
}

// proseShare is the share of the page's prose that n has.
func (p *pruner) proseShare(n *node) float64 {
	if p.pageProse == 0 {
		return 0
	}
	return float64(n.prose()) / float64(p.pageProse)
}
