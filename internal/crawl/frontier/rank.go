package frontier

// Factors that lower the rank of an item, once for each document of its topic, each
// document of its family and each consecutive missing page of its host, at most
// maxPenalties times each. They were chosen on the link lists of about 90 company
// sites. Smaller factors put the second privacy notice behind ordinary pages. Larger
// factors fetch ten translations of one notice before the first cookie policy.
const (
	topicFactor    = 0.93
	familyFactor   = 0.4
	notFoundFactor = 0.75
	maxPenalties   = 6
	// maxNamedNotFound is the number of consecutive missing pages of a host after which its
	// links no longer count as named: they come from a menu that was made for another host.
	maxNamedNotFound = 12
	// namedMargin keeps the order of items at the lowest rank of a named link.
	namedMargin = 0.01
)

// documentCounts counts the documents that were found, by topic and by family.
type documentCounts struct {
	topics, families map[string]int
	namedScore       float64 // see Options.NamedScore
}

func newDocumentCounts(namedScore float64) documentCounts {
	return documentCounts{topics: map[string]int{}, families: map[string]int{}, namedScore: namedScore}
}

// add counts a document. An empty topic or family is not counted.
func (c *documentCounts) add(topic, family string) {
	if topic != "" {
		c.topics[topic]++
	}
	if family != "" {
		c.families[family]++
	}
}

// rank returns the current rank of an item: its score after penalties. notFoundStreak is
// the number of consecutive missing pages of the item's host.
func (c *documentCounts) rank(it *Item, notFoundStreak int) float64 {
	r := it.Score
	if it.Pinned {
		return r
	}
	for range min(notFoundStreak, maxPenalties) {
		r *= notFoundFactor
	}
	for range min(c.topics[it.Topic], maxPenalties) {
		r *= topicFactor
	}
	if c.namedScore > 0 && !it.OtherLanguage && it.Score >= c.namedScore && r < c.namedScore && notFoundStreak <= maxNamedNotFound {
		r = c.namedScore * (1 + r*namedMargin) // in the order of the ranks
	}
	for range min(c.families[it.Family], maxPenalties) {
		r *= familyFactor
	}
	return r
}

// ranksBefore is the order of items: pinned items first, then by rank, then by depth.
// Among pinned items, those with a lower Order come first, and then those with fewer
// redirects, so that every redirect to a page is known when the page is fetched. The URL
// breaks ties and makes a crawl repeatable.
func ranksBefore(a, b *Item) bool {
	switch {
	case a.Pinned != b.Pinned:
		return a.Pinned
	case a.rank != b.rank:
		return a.rank > b.rank
	case a.Depth != b.Depth:
		return a.Depth < b.Depth
	case a.Pinned && a.Order != b.Order:
		return a.Order < b.Order
	case a.Pinned && a.RedirectCount != b.RedirectCount:
		return a.RedirectCount < b.RedirectCount
	default:
		return a.URL < b.URL
	}
}

// itemHeap implements heap.Interface, best item first.
type itemHeap []Item

func (q itemHeap) Len() int           { return len(q) }
func (q itemHeap) Less(i, j int) bool { return ranksBefore(&q[i], &q[j]) }
func (q itemHeap) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *itemHeap) Push(x any)        { *q = append(*q, x.(Item)) }

func (q *itemHeap) Pop() any {
	old := *q
	it := old[len(old)-1]
	old[len(old)-1] = Item{}
	*q = old[:len(old)-1]
	return it
}
