package frontier

import (
	"container/heap"
	"time"
)

// host is the queue and the politeness state of one host.
type host struct {
	queue          itemHeap
	politeness     politeness
	notFoundStreak int  // consecutive responses that a page does not exist
	blocked        bool // Next returns none of the host's items
}

// hasItems reports whether the host has queued items and is not blocked.
func (h *host) hasItems() bool { return len(h.queue) > 0 && !h.blocked }

// refreshTop updates the rank of the first item of the queue until that item stays
// first. Ranks only fall while items are queued, so the other ranks may stay stale.
func (h *host) refreshTop(documents *documentCounts) {
	for len(h.queue) > 0 {
		top := &h.queue[0]
		r := documents.rank(top, h.notFoundStreak)
		if r >= top.rank {
			return
		}
		top.rank = r
		heap.Fix(&h.queue, 0)
	}
}

// recordNotFound extends the streak of missing pages, or ends it and restores the ranks
// that it lowered.
func (h *host) recordNotFound(notFound bool) {
	if notFound {
		h.notFoundStreak++
		return
	}
	if h.notFoundStreak == 0 {
		return
	}
	h.notFoundStreak = 0
	for i := range h.queue {
		h.queue[i].rank = h.queue[i].Score
	}
	heap.Init(&h.queue)
}

// A host with a request in flight counts towards Options.MaxConcurrentHosts until the
// request is slowAfter old. All hosts with requests in flight count towards
// totalHostsFactor times that limit. A healthy page takes tenths of a second.
const (
	slowAfter        = time.Second
	totalHostsFactor = 4
)

// hostTable holds the hosts of a crawl and limits how many of them have a request in
// flight.
type hostTable struct {
	byName        map[string]*host
	list          []*host // in order of creation
	delay         time.Duration
	maxConcurrent int // Options.MaxConcurrentHosts
	inFlight      int // requests, and therefore hosts with a request
}

func newHostTable(delay time.Duration, maxConcurrent int) hostTable {
	return hostTable{byName: map[string]*host{}, delay: delay, maxConcurrent: maxConcurrent}
}

// get returns a host, and creates it first if necessary.
func (t *hostTable) get(name string) *host {
	h := t.byName[name]
	if h == nil {
		h = &host{politeness: politeness{delay: t.delay}}
		t.byName[name] = h
		t.list = append(t.list, h)
	}
	return h
}

// capacity reports whether another host may get a request. If not, wait is the time
// until a request in flight becomes too slow to count; 0 means that a request must end
// first.
func (t *hostTable) capacity(now time.Time) (ok bool, wait time.Duration) {
	if t.inFlight >= t.maxConcurrent*totalHostsFactor {
		return false, 0
	}
	recent := 0
	for _, h := range t.list {
		if !h.politeness.busy {
			continue
		}
		if d := h.politeness.lastStarted.Add(slowAfter).Sub(now); d > 0 {
			recent++
			if wait == 0 || d < wait {
				wait = d
			}
		}
	}
	if recent >= t.maxConcurrent {
		return false, wait
	}
	return true, 0
}

// startRequest counts a request to h and starts the host's delay.
func (t *hostTable) startRequest(h *host, now time.Time) {
	t.inFlight++
	h.politeness.startRequest(now)
}

// endRequest counts the end of a request to h.
func (t *hostTable) endRequest(h *host) {
	t.inFlight--
	h.politeness.endRequest()
}
