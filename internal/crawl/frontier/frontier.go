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
	"time"
)

// Item is one URL to fetch. Its JSON form is part of a checkpoint.
type Item struct {
	URL      string  `json:"u"`
	DedupKey string  `json:"k,omitempty"` // key in the seen set; empty: URL
	Host     string  `json:"-"`           // host:port to which delay and concurrency apply
	Score    float64 `json:"s,omitempty"` // from 0 to 1
	Depth    int     `json:"d,omitempty"` // links from a seed
	Anchor   string  `json:"a,omitempty"` // text of the link
	// Topic groups items that probably lead to documents of one type. Each document
	// of a topic lowers the rank of the topic's other items, so that the first
	// fetches are diverse.
	Topic string `json:"t,omitempty"`
	// Family groups variants of one page, such as translations.
	Family        string `json:"f,omitempty"`
	Pinned        bool   `json:"p,omitempty"`
	RedirectCount int    `json:"h,omitempty"` // redirects that led to this URL
	Attempts      int    `json:"n,omitempty"` // earlier attempts
	// Retargeted marks a URL without a link to it: a probe, or a URL that replaces the
	// target of a broken link.
	Retargeted    bool          `json:"r,omitempty"`
	Sitemap       SitemapSource `json:"m,omitempty"`  // NotSitemap for pages
	NoFollow      bool          `json:"l,omitempty"`  // do not follow the page's links
	RedirectChain []Redirect    `json:"v,omitempty"`  // redirects that led to this URL, first one first
	DiscoveryPath []string      `json:"-"`            // URLs from a seed to the parent
	Parent        string        `json:"pa,omitempty"` // page with the link to this URL

	rank float64 // may be stale; see refreshTop
}

// Redirect is a URL that redirects to another one, with the status of its response.
type Redirect struct {
	URL    string `json:"u"`
	Status int    `json:"s"`
}

// key identifies an item.
func (it *Item) key() string {
	if it.DedupKey != "" {
		return it.DedupKey
	}
	return it.URL
}

// SitemapSource is the way in which a sitemap was discovered.
type SitemapSource int8

// The sources of sitemaps.
const (
	NotSitemap    SitemapSource = iota
	RobotsSitemap               // listed in robots.txt
	ProbedSitemap               // /sitemap.xml, probed if robots.txt lists no sitemap
	ChildSitemap                // listed in a sitemap index
)

// Options are the limits of a Frontier.
type Options struct {
	Delay                time.Duration // between two requests to a host
	MaxDelay             time.Duration // longest Crawl-delay that is honored (default 60 s)
	MaxConcurrentPerHost int           // concurrent requests to a host (default 1)
	// MaxConcurrentHosts limits the hosts with a request in flight (default 32). A host
	// whose request takes longer than slowAfter no longer counts, so that hung hosts
	// do not block the others. At most totalHostsFactor times as many hosts have
	// requests in flight.
	MaxConcurrentHosts int
	MaxQueued          int // queued items of all hosts (default 50,000)
}

// Frontier is the queue of a crawl.
type Frontier struct {
	opts            Options
	hosts           map[string]*hostQueue
	hostList        []*hostQueue
	topicDocuments  map[string]int
	familyDocuments map[string]int
	inFlight        int
	queued          int
	dispatched      map[string]Item // returned by Next and not yet Done, by key
}

// hostQueue holds the queue and the politeness state of one host.
type hostQueue struct {
	name            string
	queue           itemHeap
	inFlight        int
	nextAllowed     time.Time // earliest time of the next request
	prevNextAllowed time.Time // nextAllowed before the last request started
	lastStarted     time.Time // start of the last request
	delay           time.Duration
	notFoundStreak  int  // consecutive responses that a page does not exist
	blocked         bool // Next returns none of the host's items
}

// New returns an empty Frontier.
func New(o Options) *Frontier {
	if o.MaxConcurrentPerHost <= 0 {
		o.MaxConcurrentPerHost = 1
	}
	if o.MaxConcurrentHosts <= 0 {
		o.MaxConcurrentHosts = 32
	}
	if o.MaxDelay <= 0 {
		o.MaxDelay = time.Minute
	}
	if o.MaxQueued <= 0 {
		o.MaxQueued = 50_000
	}
	return &Frontier{opts: o, hosts: map[string]*hostQueue{}, topicDocuments: map[string]int{}, familyDocuments: map[string]int{}, dispatched: map[string]Item{}}
}

// Add queues an item. It reports false if the frontier is full and dropped the item.
func (f *Frontier) Add(it Item) bool {
	if f.queued >= f.opts.MaxQueued {
		return false
	}
	it.rank = it.Score
	heap.Push(&f.host(it.Host).queue, it)
	f.queued++
	return true
}

// Next removes and returns the best item that may be fetched now and whose rank is at
// least minRank. Pinned items are exempt from minRank. If there is no such item, wait is
// the time until a host becomes available. A wait of 0 means that a request must end
// first, or that no rank is high enough.
func (f *Frontier) Next(now time.Time, minRank float64) (it Item, ok bool, wait time.Duration) {
	var best *hostQueue
	hasCapacity, capacityWait := f.capacity(now)
	for _, h := range f.hostList {
		if len(h.queue) == 0 || h.blocked || h.inFlight >= f.opts.MaxConcurrentPerHost {
			continue
		}
		if h.inFlight == 0 && !hasCapacity {
			if capacityWait > 0 && (wait == 0 || capacityWait < wait) {
				wait = capacityWait
			}
			continue
		}
		f.refreshTop(h)
		if h.queue[0].rank < minRank && !h.queue[0].Pinned {
			continue
		}
		if d := h.nextAllowed.Sub(now); d > 0 {
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
	f.startRequest(best, now)
	f.dispatched[it.key()] = it
	return it, true, 0
}

// Done records that the request for an item ended.
func (f *Frontier) Done(it *Item) {
	delete(f.dispatched, it.key())
	f.endRequest(f.host(it.Host))
}

// BestRank returns the rank of the best queued item on a host that is not blocked, 1
// for a pinned item, or -1 if there is no item.
func (f *Frontier) BestRank() float64 {
	best := -1.0
	for _, h := range f.hostList {
		if len(h.queue) == 0 || h.blocked {
			continue
		}
		f.refreshTop(h)
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

// InFlight returns the number of requests that Next or AcquireSlot started and that
// have not ended.
func (f *Frontier) InFlight() int { return f.inFlight }

// Block keeps Next from returning a host's items, for example until its robots.txt is
// known.
func (f *Frontier) Block(name string) { f.host(name).blocked = true }

// Unblock reverses Block.
func (f *Frontier) Unblock(name string) { f.host(name).blocked = false }

// RaiseDelay raises a host's delay to d, its Crawl-delay, but not beyond MaxDelay. It
// never lowers the delay.
func (f *Frontier) RaiseDelay(name string, d time.Duration) {
	h := f.host(name)
	if d = min(d, f.opts.MaxDelay); d > h.delay {
		h.delay = d
	}
}

// Postpone forbids requests to a host before until.
func (f *Frontier) Postpone(name string, until time.Time) {
	if h := f.host(name); until.After(h.nextAllowed) {
		h.nextAllowed = until
	}
}

// DropHost removes and returns a host's queued items.
func (f *Frontier) DropHost(name string) []Item {
	h := f.host(name)
	q := h.queue
	h.queue = nil
	f.queued -= len(q)
	return q
}

// Clear empties the frontier and returns all items that were queued or in flight.
func (f *Frontier) Clear() []Item {
	all := f.Pending()
	for _, h := range f.hostList {
		h.queue = nil
	}
	f.queued = 0
	clear(f.dispatched)
	return all
}

// DoneWithoutRequest is Done for an item that needed no request. It undoes the delay
// that Next started.
func (f *Frontier) DoneWithoutRequest(it *Item) {
	f.Done(it)
	h := f.host(it.Host)
	h.nextAllowed = h.prevNextAllowed
}

// Pending returns all items that are queued or in flight, in no particular order.
func (f *Frontier) Pending() []Item {
	all := make([]Item, 0, f.queued+len(f.dispatched))
	for _, it := range f.dispatched {
		all = append(all, it)
	}
	for _, h := range f.hostList {
		all = append(all, h.queue...)
	}
	return all
}

// RecordNotFound records whether a host responded that a page does not exist.
// Consecutive missing pages lower the rank of the host's other items: the links often
// come from a menu that was made for another host. A page that exists ends the streak.
func (f *Frontier) RecordNotFound(name string, notFound bool) {
	h := f.host(name)
	if !notFound {
		if h.notFoundStreak > 0 {
			h.notFoundStreak = 0
			for i := range h.queue {
				h.queue[i].rank = h.queue[i].Score
			}
			heap.Init(&h.queue)
		}
		return
	}
	h.notFoundStreak++
}

// RecordDocument records that a page of this topic and family is a document. It lowers
// the rank of the other items of the topic and of the family.
func (f *Frontier) RecordDocument(topic, family string) {
	if topic != "" {
		f.topicDocuments[topic]++
	}
	if family != "" {
		f.familyDocuments[family]++
	}
}

// host returns the state of a host, and creates it first if necessary.
func (f *Frontier) host(name string) *hostQueue {
	h := f.hosts[name]
	if h == nil {
		h = &hostQueue{name: name, delay: f.opts.Delay}
		f.hosts[name] = h
		f.hostList = append(f.hostList, h)
	}
	return h
}
