// Package frontier holds the URLs that a crawl still has to fetch: best first,
// one queue a host, each host with its own delay, so that a slow or hung host
// holds nobody else up.
//
// A Frontier belongs to one goroutine, the crawl's scheduler; it starts no
// goroutine and does no I/O, and time is given to it.
package frontier

import (
	"container/heap"
	"time"
)

// Item is one URL to fetch.
type Item struct {
	URL      string  `json:"u"`
	DedupKey string  `json:"k,omitempty"` // what the seen set folds; URL where empty
	Host     string  `json:"-"`           // host:port that politeness counts by
	Score    float64 `json:"s,omitempty"`
	Depth    int     `json:"d,omitempty"`
	Anchor   string  `json:"a,omitempty"`
	// Topic groups items of one kind; each further item of a topic that was
	// fetched already ranks lower, so that the first fetches are diverse.
	Topic string `json:"t,omitempty"`
	// Family groups variants of one page (its translations).
	Family        string `json:"f,omitempty"`
	Pinned        bool   `json:"p,omitempty"`
	RedirectCount int    `json:"h,omitempty"` // redirects that led here
	Attempts      int    `json:"n,omitempty"` // tries before this one
	// Retargeted says that the address was made from a link that led nowhere.
	Retargeted    bool          `json:"r,omitempty"`
	Sitemap       SitemapSource `json:"m,omitempty"`  // set where it is a sitemap and no page
	NoFollow      bool          `json:"l,omitempty"`  // links of the page are not followed
	RedirectChain []Redirect    `json:"v,omitempty"`  // the redirects that led here, first one first
	DiscoveryPath []string      `json:"-"`            // URLs from a seed up to the parent
	Parent        string        `json:"pa,omitempty"` // the page that linked here

	rank float64
}

// Redirect is a URL that redirects to another one, with the status of its response.
type Redirect struct {
	URL    string `json:"u"`
	Status int    `json:"s"`
}

// id tells items apart.
func (it *Item) id() string {
	if it.DedupKey != "" {
		return it.DedupKey
	}
	return it.URL
}

// SitemapSource says what led to a sitemap.
type SitemapSource int8

// The kinds of sitemaps.
const (
	NotSitemap    SitemapSource = iota
	RobotsSitemap               // by robots.txt
	ProbedSitemap               // /sitemap.xml, where robots.txt names none
	ChildSitemap                // by a sitemap index
)

// Options bound a Frontier.
type Options struct {
	Delay                time.Duration // between requests to one host
	MaxDelay             time.Duration // a Crawl-delay is kept up to this (default 60 s)
	MaxConcurrentPerHost int           // requests at once to one host (default 1)
	// MaxConcurrentHosts at once (default 32). A host whose request has taken longer than
	// slowAfter does not count any more, so that hosts that hang hold nobody up;
	// all in all there are at most hungFactor times as many.
	MaxConcurrentHosts int
	MaxQueued          int // items queued at most (default 50,000)
}

// Frontier is the queue of a crawl.
type Frontier struct {
	opts     Options
	hosts    map[string]*host
	order    []*host
	topics   map[string]int
	families map[string]int
	inFlight int
	queued   int
	out      map[string]Item // given out by Next and not yet Done, by id
}

// host is the queue and the politeness state of one host.
type host struct {
	name     string
	queue    items
	inFlight int
	next     time.Time // no request before this
	before   time.Time // next, before the last item was given out
	since    time.Time // when the last request began
	delay    time.Duration
	missed   int  // answers in a row that there is no such page
	blocked  bool // nothing of it is given out until it is opened
}

// New makes an empty Frontier.
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
	return &Frontier{opts: o, hosts: map[string]*host{}, topics: map[string]int{}, families: map[string]int{}, out: map[string]Item{}}
}

// Add queues an item; it reports false when the frontier is full and the item
// was dropped.
func (f *Frontier) Add(it Item) bool {
	if f.queued >= f.opts.MaxQueued {
		return false
	}
	it.rank = it.Score
	heap.Push(&f.host(it.Host).queue, it)
	f.queued++
	return true
}

// Next gives the best item that may be fetched now and scores at least gate. If
// there is none, wait says how long until a host is free again (0: only a Done
// can free one, or nothing is left at or above the gate).
func (f *Frontier) Next(now time.Time, gate float64) (it Item, ok bool, wait time.Duration) {
	var best *host
	room, full := f.room(now)
	for _, h := range f.order {
		if len(h.queue) == 0 || h.blocked || h.inFlight >= f.opts.MaxConcurrentPerHost {
			continue
		}
		if h.inFlight == 0 && !room {
			if full > 0 && (wait == 0 || full < wait) {
				wait = full
			}
			continue
		}
		f.settle(h)
		if h.queue[0].rank < gate && !h.queue[0].Pinned {
			continue
		}
		if d := h.next.Sub(now); d > 0 {
			if wait == 0 || d < wait {
				wait = d
			}
			continue
		}
		if best == nil || before(&h.queue[0], &best.queue[0]) {
			best = h
		}
	}
	if best == nil {
		return Item{}, false, wait
	}
	it = heap.Pop(&best.queue).(Item)
	f.queued--
	f.begin(best, now)
	f.out[it.id()] = it
	return it, true, 0
}

// Done says that the request for an item ended.
func (f *Frontier) Done(it *Item) {
	delete(f.out, it.id())
	f.end(f.host(it.Host))
}

// BestRank is the rank of the best queued item on a host that is not blocked, or -1.
func (f *Frontier) BestRank() float64 {
	best := -1.0
	for _, h := range f.order {
		if len(h.queue) == 0 || h.blocked {
			continue
		}
		f.settle(h)
		if r := h.queue[0].rank; r > best {
			best = r
		}
		if h.queue[0].Pinned {
			return 1
		}
	}
	return best
}

// Queued counts items that wait.
func (f *Frontier) Queued() int { return f.queued }

// InFlight counts the requests that Next and Claim gave out and that have not ended.
func (f *Frontier) InFlight() int { return f.inFlight }

// Block holds back a host, for instance until its robots.txt is known.
func (f *Frontier) Block(name string) { f.host(name).blocked = true }

// Unblock lets a blocked host go on.
func (f *Frontier) Unblock(name string) { f.host(name).blocked = false }

// RaiseDelay raises a host's delay to d (its Crawl-delay), up to MaxDelay.
func (f *Frontier) RaiseDelay(name string, d time.Duration) {
	h := f.host(name)
	if d = min(d, f.opts.MaxDelay); d > h.delay {
		h.delay = d
	}
}

// Postpone gives the host no request before until.
func (f *Frontier) Postpone(name string, until time.Time) {
	if h := f.host(name); until.After(h.next) {
		h.next = until
	}
}

// DropHost empties a host's queue and returns what was in it.
func (f *Frontier) DropHost(name string) []Item {
	h := f.host(name)
	q := h.queue
	h.queue = nil
	f.queued -= len(q)
	return q
}

// Clear empties the frontier and returns all that was queued or in flight.
func (f *Frontier) Clear() []Item {
	all := f.Pending()
	for _, h := range f.order {
		h.queue = nil
	}
	f.queued = 0
	clear(f.out)
	return all
}

// DoneWithoutRequest says that an item needed no request after all: its host's delay does
// not count from it.
func (f *Frontier) DoneWithoutRequest(it *Item) {
	f.Done(it)
	h := f.host(it.Host)
	h.next = h.before
}

// Pending lists all that is queued or in flight, in no order.
func (f *Frontier) Pending() []Item {
	all := make([]Item, 0, f.queued+len(f.out))
	for _, it := range f.out {
		all = append(all, it)
	}
	for _, h := range f.order {
		all = append(all, h.queue...)
	}
	return all
}

// RecordNotFound says that a host had no such page; a run of them lowers its other
// links, which a shared menu made for another host. found ends the run.
func (f *Frontier) RecordNotFound(name string, missed bool) {
	h := f.host(name)
	if !missed {
		if h.missed > 0 {
			h.missed = 0
			for i := range h.queue {
				h.queue[i].rank = h.queue[i].Score
			}
			heap.Init(&h.queue)
		}
		return
	}
	h.missed++
}

// RecordDocument says that a page of this topic and family was taken as a document, so
// that others like it rank lower.
func (f *Frontier) RecordDocument(topic, family string) {
	if topic != "" {
		f.topics[topic]++
	}
	if family != "" {
		f.families[family]++
	}
}

func (f *Frontier) host(name string) *host {
	h := f.hosts[name]
	if h == nil {
		h = &host{name: name, delay: f.opts.Delay}
		f.hosts[name] = h
		f.order = append(f.order, h)
	}
	return h
}
