// Package frontier holds the URLs that a crawl has not yet fetched, best rank first.
// The rank of a URL is its score, lowered by the documents that were already found and
// by the missing pages of its host. Each host has its own queue and its own delay, so
// that a slow or hung host does not delay the others.
//
// A Frontier belongs to one goroutine, the scheduler of the crawl. It starts no
// goroutine and does no I/O. The caller passes the time.
package frontier

import (
	"container/heap"
	"slices"
	"time"
)

// Options are the limits of a Frontier.
type Options struct {
	Delay    time.Duration // between two requests to a host
	MaxDelay time.Duration // longest Crawl-delay that is honored (default 60 s)
	// MaxConcurrentHosts limits the hosts with a request in flight (default 32). A host
	// whose request takes longer than slowAfter no longer counts, so that hung hosts
	// do not block the others. At most totalHostsFactor times as many hosts have
	// requests in flight.
	MaxConcurrentHosts int
	MaxQueued          int // queued items of all hosts (default 50,000)
	// NamedScore is the lowest score of an item whose link names a document. The documents of
	// its topic and the missing pages of its host move such an item behind the others, but do
	// not lower its rank below NamedScore, unless it is in another language. 0 is none.
	NamedScore float64
}

// Frontier is the queue of a crawl.
type Frontier struct {
	hosts      hostTable
	documents  documentCounts
	dispatched map[string]Item // returned by Next and not yet Done, by key
	deferred   []Item          // set aside by DeferOrdered
	queued     int             // including deferred
	maxQueued  int
	maxDelay   time.Duration
}

// New returns an empty Frontier.
func New(o Options) *Frontier {
	if o.MaxConcurrentHosts <= 0 {
		o.MaxConcurrentHosts = 32
	}
	if o.MaxDelay <= 0 {
		o.MaxDelay = time.Minute
	}
	if o.MaxQueued <= 0 {
		o.MaxQueued = 50_000
	}
	return &Frontier{
		hosts:      newHostTable(o.Delay, o.MaxConcurrentHosts),
		documents:  newDocumentCounts(o.NamedScore),
		dispatched: map[string]Item{},
		maxQueued:  o.MaxQueued,
		maxDelay:   o.MaxDelay,
	}
}

// Add queues an item. It reports false if the frontier is full and dropped the item.
func (f *Frontier) Add(it Item) bool {
	if f.queued >= f.maxQueued {
		return false
	}
	it.rank = it.Score
	heap.Push(&f.hosts.get(it.Host).queue, it)
	f.queued++
	return true
}

// Next removes and returns the best item that may be fetched now and whose rank is at
// least minRank. Pinned items are exempt from minRank. If there is no such item, wait is
// the time until a host becomes available. A wait of 0 means that a request must end
// first, or that no rank is high enough.
func (f *Frontier) Next(now time.Time, minRank float64) (it Item, ok bool, wait time.Duration) {
	var best *host
	hasCapacity, capacityWait := f.hosts.capacity(now)
	for _, h := range f.hosts.list {
		if !h.hasItems() || h.politeness.busy {
			continue
		}
		if !hasCapacity {
			if capacityWait > 0 && (wait == 0 || capacityWait < wait) {
				wait = capacityWait
			}
			continue
		}
		h.refreshTop(&f.documents)
		if h.queue[0].rank < minRank && !h.queue[0].Pinned {
			continue
		}
		if d := h.politeness.wait(now); d > 0 {
			if wait == 0 || d < wait {
				wait = d
			}
			continue
		}
		if best == nil || ranksBefore(&h.queue[0], &best.queue[0]) {
			best = h
		}
	}
	if best == nil {
		return Item{}, false, wait
	}
	it = heap.Pop(&best.queue).(Item)
	f.queued--
	f.hosts.startRequest(best, now)
	f.dispatched[it.key()] = it
	return it, true, 0
}

// Done records that the request for an item ended.
func (f *Frontier) Done(it *Item) {
	delete(f.dispatched, it.key())
	f.hosts.endRequest(f.hosts.get(it.Host))
}

// DoneWithoutRequest is Done for an item that needed no request. It undoes the delay
// that Next started.
func (f *Frontier) DoneWithoutRequest(it *Item) {
	f.Done(it)
	f.hosts.get(it.Host).politeness.undoDelay()
}

// BestRank returns the rank of the best queued item on a host that is not blocked, 1
// for a pinned item, or -1 if there is no item.
func (f *Frontier) BestRank() float64 {
	best := -1.0
	for _, h := range f.hosts.list {
		if !h.hasItems() {
			continue
		}
		h.refreshTop(&f.documents)
		if r := h.queue[0].rank; r > best {
			best = r
		}
		if h.queue[0].Pinned {
			return 1
		}
	}
	return best
}

// Queued returns the number of queued items.
func (f *Frontier) Queued() int { return f.queued }

// DropHost removes and returns a host's queued items.
func (f *Frontier) DropHost(name string) []Item {
	h := f.hosts.get(name)
	q := []Item(h.queue)
	h.queue = nil
	f.deferred = slices.DeleteFunc(f.deferred, func(it Item) bool {
		if it.Host != name {
			return false
		}
		q = append(q, it)
		return true
	})
	f.queued -= len(q)
	return q
}

// DeferOrdered sets the queued pinned pages that have an Order aside, until RestoreDeferred.
// Next and BestRank ignore them; they still count as queued.
func (f *Frontier) DeferOrdered() {
	for _, h := range f.hosts.list {
		h.queue = slices.DeleteFunc(h.queue, func(it Item) bool {
			if !it.Pinned || it.Order == 0 {
				return false
			}
			f.deferred = append(f.deferred, it)
			return true
		})
		heap.Init(&h.queue)
	}
}

// RestoreDeferred queues the items that DeferOrdered set aside again. It reports whether there
// were any.
func (f *Frontier) RestoreDeferred() bool {
	for _, it := range f.deferred {
		heap.Push(&f.hosts.get(it.Host).queue, it)
	}
	restored := len(f.deferred) > 0
	f.deferred = nil
	return restored
}

// Clear empties the frontier and returns all items that were queued or in flight.
func (f *Frontier) Clear() []Item {
	all := f.Pending()
	for _, h := range f.hosts.list {
		h.queue = nil
	}
	f.queued, f.deferred = 0, nil
	clear(f.dispatched)
	return all
}

// Pending returns all items that are queued or in flight, in no particular order.
func (f *Frontier) Pending() []Item {
	all := make([]Item, 0, f.queued+len(f.dispatched))
	for _, it := range f.dispatched {
		all = append(all, it)
	}
	for _, h := range f.hosts.list {
		all = append(all, h.queue...)
	}
	return append(all, f.deferred...)
}

// RecordNotFound records whether a host responded that a page does not exist.
// Consecutive missing pages lower the rank of the host's other items: the links often
// come from a menu that was made for another host. A page that exists ends the streak.
func (f *Frontier) RecordNotFound(name string, notFound bool) {
	f.hosts.get(name).recordNotFound(notFound)
}

// RecordDocument records that a page of this topic and family is a document. It lowers
// the rank of the other items of the topic and of the family.
func (f *Frontier) RecordDocument(topic, family string) { f.documents.add(topic, family) }
