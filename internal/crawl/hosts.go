package crawl

import (
	"context"
	"net/url"
	"sort"
	"time"

	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/robots"
)

const (
	// maxFailures is how many requests to a host may fail in a row before the crawl
	// abandons the host.
	maxFailures = 5
	// maxRetryAfter is the longest Retry-After that a crawl waits for. It abandons a
	// host that asks for more.
	maxRetryAfter = 5 * time.Minute
)

// hosts holds the state of the hosts of a crawl that the frontier does not: robots.txt,
// leases and failures. It decides whether a host may receive a request.
type hosts struct {
	delay    time.Duration
	frontier *frontier.Frontier
	ledger   *ledger
	tasks    *tasks
	leases   HostLeases   // nil: hosts are not shared
	robots   *robotsCache // shared with the browser's requests
	// fetchRobots is worker.fetchRobots.
	fetchRobots func(ctx context.Context, r *taskResult)

	byName         map[string]*host
	robotsRequests []robotsRequest // requests for robots.txt that were not sent yet
	crawlDelay     time.Duration   // longest that a robots.txt asks for
	crawlDelayHost string
	leaseTasks     int // running tasks that acquire or release a lease
}

// host is the state of one host.
type host struct {
	name          string
	hasItems      bool // the crawl has URLs of this host; otherwise only rendered pages use it
	failures      int  // requests in a row without a usable response
	retryLater    bool // its Retry-After is longer than maxRetryAfter
	leaseTimedOut bool // other crawls held its lease for too long

	robotsPending  bool // its robots.txt is being fetched
	robotsKnown    bool
	rules          *robots.Group
	robotsURL      *url.URL   // where robots.txt was found; nil if it has no URL
	robotsFailure  SkipReason // why robots.txt could not be read, which disallows every URL
	robotsStatus   int        // status of that response; 0 if there was none
	robotsCause    string     // why there was no response; see Failure
	sitemaps       []string
	sitemapsQueued bool // its sitemaps were queued

	lease        HostLease // nil: another crawl may hold the host, or hosts are not shared
	leasedAt     time.Time
	leasePending bool // its lease is being acquired or released
}

func (hs *hosts) get(name string) *host {
	h := hs.byName[name]
	if h == nil {
		h = &host{name: name}
		hs.byName[name] = h
	}
	return h
}

// ready reports whether refusal can decide about the items of a host: its robots.txt is
// known and its lease is held, or its lease timed out.
func (hs *hosts) ready(h *host) bool { return h.leaseTimedOut || h.robotsKnown && hs.holdsLease(h) }

// prepare acquires the lease of a host that is not ready, or requests its robots.txt, and
// blocks the host until that is done. The caller has returned the host's item to the
// frontier, so that the host has no request in flight.
func (hs *hosts) prepare(ctx context.Context, h *host, origin string) {
	h.hasItems = true
	hs.frontier.Block(h.name)
	if hs.holdsLease(h) {
		hs.requestRobots(h, origin, false)
	} else {
		hs.acquireOrReleaseLease(ctx, h)
	}
}

// refusal returns why an item of a host must not be requested, or "".
func (hs *hosts) refusal(h *host, it *frontier.Item) SkipReason {
	switch {
	case h.failures >= maxFailures:
		return SkipHostDown
	case h.retryLater:
		return SkipRetryLater
	case h.leaseTimedOut:
		hs.ledger.unreachable++
		return SkipHostBusy
	case h.robotsFailure != "":
		hs.ledger.unreachable++
		return h.robotsFailure
	case it.Sitemap == frontier.RobotsSitemap:
		return "" // robots.txt itself names it
	}
	u, err := url.Parse(it.URL)
	if err != nil {
		return SkipInvalidURL
	}
	if ok, _ := h.rules.Allowed(u.RequestURI()); !ok {
		hs.ledger.disallowed++
		return SkipRobots
	}
	return ""
}

// backOff obeys the Retry-After of a host.
func (hs *hosts) backOff(name string, wait time.Duration) {
	if wait <= maxRetryAfter {
		hs.reportPause(name, HostRetryAfter, wait)
		hs.frontier.Postpone(name, time.Now().Add(wait))
		return
	}
	hs.get(name).retryLater = true
	hs.reportPause(name, SkipRetryLater, 0)
	hs.skipQueued(name, SkipRetryLater)
}

// skipQueued skips the queued items of a host.
func (hs *hosts) skipQueued(name string, reason SkipReason) {
	for _, it := range hs.frontier.DropHost(name) {
		hs.ledger.skip(&it, reason)
	}
}

// maxCoolDown bounds the pause of a host after a rendered page.
const maxCoolDown = 30 * time.Second

// coolDown pauses the hosts that received requests from a browser that rendered a page. The
// pause is the host's delay times the number of its requests, which a browser sends at once.
func (hs *hosts) coolDown(requests map[string]int) {
	if hs.delay <= 0 {
		return
	}
	for name, n := range requests {
		h := hs.byName[name]
		if h == nil {
			continue
		}
		delay := hs.delay
		if h.rules != nil {
			delay = max(delay, h.rules.CrawlDelay)
		}
		hs.frontier.Postpone(name, time.Now().Add(min(time.Duration(n)*delay, maxCoolDown)))
	}
}

// serves reports whether the crawl has URLs of a host and knows its robots.txt.
func (hs *hosts) serves(name string) bool {
	h := hs.byName[name]
	return h != nil && h.hasItems && h.robotsKnown
}

// withRobots returns the sorted names of the hosts for which serves is true.
func (hs *hosts) withRobots() []string {
	var names []string
	for name := range hs.byName {
		if hs.serves(name) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// hostKey returns the name under which a host has its delay, lease and robots.txt: the host
// name, and the port if the URL has one. It does not depend on the scheme.
func hostKey(u *url.URL) string {
	if p := u.Port(); p != "" {
		return u.Hostname() + ":" + p
	}
	return u.Hostname()
}

// originOf returns the scheme and host of a URL.
func originOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Scheme + "://" + u.Host
}
