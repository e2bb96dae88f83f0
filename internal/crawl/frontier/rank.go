package frontier

import "container/heap"

// Factors by which a further page of a topic, or of a family, counts less.
// Chosen on the link lists of about ninety company sites: smaller ones put the
// second privacy notice behind plain pages, larger ones fetch ten translations
// of one notice before the first cookie policy.
const (
	topicFactor  = 0.93
	familyFactor = 0.4
	missedFactor = 0.75
	maxRepeats   = 6
)

// settle makes the top of h's queue true: covered topics only ever lower a rank,
// so it is enough to lower the top until it stays.
func (f *Frontier) settle(h *host) {
	for len(h.queue) > 0 {
		top := &h.queue[0]
		r := f.rank(h, top)
		if r >= top.rank {
			return
		}
		top.rank = r
		heap.Fix(&h.queue, 0)
	}
}

// rank is an item's score lowered by what was covered already.
func (f *Frontier) rank(h *host, it *Item) float64 {
	r := it.Score
	if it.Pinned {
		return r
	}
	for range min(h.missed, maxRepeats) {
		r *= missedFactor
	}
	for range min(f.topics[it.Topic], maxRepeats) {
		r *= topicFactor
	}
	for range min(f.families[it.Family], maxRepeats) {
		r *= familyFactor
	}
	return r
}

// before orders items: pinned first, then by rank, then the shallower one, of pinned ones the
// one that fewer redirects led to, so that all that lead to a page are known when it
// comes, then by URL so that a crawl is repeatable.
func before(a, b *Item) bool {
	switch {
	case a.Pinned != b.Pinned:
		return a.Pinned
	case a.rank != b.rank:
		return a.rank > b.rank
	case a.Depth != b.Depth:
		return a.Depth < b.Depth
	case a.Pinned && a.RedirectCount != b.RedirectCount:
		return a.RedirectCount < b.RedirectCount
	default:
		return a.URL < b.URL
	}
}

// items is a heap, best first.
type items []Item

func (q items) Len() int           { return len(q) }
func (q items) Less(i, j int) bool { return before(&q[i], &q[j]) }
func (q items) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *items) Push(x any)        { *q = append(*q, x.(Item)) }

func (q *items) Pop() any {
	old := *q
	it := old[len(old)-1]
	old[len(old)-1] = Item{}
	*q = old[:len(old)-1]
	return it
}
