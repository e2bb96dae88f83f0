package crawl

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/clausea/crawler/internal/crawl/robots"
)

// robotsCache holds the robots.txt rules of hosts for the requests that a browser sends
// while it renders a page. It sends no request itself: the scheduler reads robots.txt, as
// it does for the requests of the crawl. It is safe for concurrent use.
type robotsCache struct {
	// wanted sends the scheduler URLs on hosts whose robots.txt it should read.
	wanted chan *url.URL

	mu     sync.Mutex
	byHost map[string]*cachedRules
}

type cachedRules struct {
	known chan struct{} // closed after the fields below were set
	group *robots.Group
	err   error
}

// maxCachedHosts is the maximum number of hosts that a crawl and its rendered pages use.
const maxCachedHosts = 1000

var (
	errDisallowed   = errors.New("robots.txt disallows it")
	errNoRules      = errors.New("robots.txt could not be read")
	errTooManyHosts = fmt.Errorf("the pages of the crawl use more than %d hosts", maxCachedHosts)
)

func newRobotsCache() *robotsCache {
	return &robotsCache{wanted: make(chan *url.URL), byHost: map[string]*cachedRules{}}
}

// set stores the rules of a host. It is called once for each host. If robots.txt is
// unreachable, every URL is disallowed. Hosts beyond maxCachedHosts are not stored.
func (c *robotsCache) set(host string, group *robots.Group, unreachable bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	rules := c.byHost[host]
	if rules == nil && len(c.byHost) >= maxCachedHosts {
		return // no page may request the host
	}
	if rules == nil {
		rules = &cachedRules{known: make(chan struct{})}
		c.byHost[host] = rules
	}
	rules.group = group
	if unreachable {
		rules.err = errNoRules
	}
	close(rules.known)
}

// allow returns an error if robots.txt does not allow a URL. It waits until the scheduler
// has read the robots.txt of the host.
func (c *robotsCache) allow(ctx context.Context, u *url.URL) error {
	name := hostKey(u)
	rules := c.rules(name)
	if rules == nil {
		return errTooManyHosts
	}
	if err := c.await(ctx, rules, u); err != nil {
		return err
	}
	if rules.err != nil {
		return rules.err
	}
	if ok, _ := rules.group.Allowed(u.RequestURI()); !ok {
		return errDisallowed
	}
	return nil
}

// rules returns the rules of a host, which may not be known yet. It returns nil if the
// crawl uses too many hosts.
func (c *robotsCache) rules(host string) *cachedRules {
	c.mu.Lock()
	defer c.mu.Unlock()
	rules := c.byHost[host]
	if rules == nil && len(c.byHost) < maxCachedHosts {
		rules = &cachedRules{known: make(chan struct{})}
		c.byHost[host] = rules
	}
	return rules
}

// await waits until rules are known, and first asks the scheduler for those of u's host.
// Several calls may ask for the same host.
func (c *robotsCache) await(ctx context.Context, rules *cachedRules, u *url.URL) error {
	select {
	case <-rules.known:
		return nil
	default:
	}
	select {
	case c.wanted <- u:
	case <-rules.known:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-rules.known:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
