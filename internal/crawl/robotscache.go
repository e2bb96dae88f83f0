package crawl

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/clausea/crawler/internal/crawl/robots"
)

// robotsCache has the rules of the hosts whose robots.txt the crawl read, for the
// requests that a browser sends while it renders a page. It reads nothing itself: the
// scheduler does, for these requests as for those of the crawl. It is the one part of a
// crawl that several goroutines use.
type robotsCache struct {
	// wanted are URLs on hosts whose robots.txt is to be read. The scheduler receives
	// them.
	wanted chan *url.URL

	mu     sync.Mutex
	byHost map[string]*cachedRules
}

type cachedRules struct {
	known chan struct{} // closed once the fields below are set
	group *robots.Group
	err   error
}

// maxCachedHosts bounds the hosts that the rendered pages of a crawl send requests to.
const maxCachedHosts = 1000

var (
	errDisallowed   = errors.New("robots.txt disallows it")
	errNoRules      = errors.New("robots.txt could not be read")
	errTooManyHosts = fmt.Errorf("the pages of the crawl use more than %d hosts", maxCachedHosts)
)

func newRobotsCache() *robotsCache {
	return &robotsCache{wanted: make(chan *url.URL), byHost: map[string]*cachedRules{}}
}

// set stores the rules of a host. If robots.txt is unreachable, every URL is disallowed.
func (c *robotsCache) set(host string, group *robots.Group, unreachable bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	rules := c.byHost[host]
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

// allow returns an error if robots.txt does not allow a URL. It waits until the host's
// robots.txt is read, and asks the scheduler for it if need be.
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

// rules returns the rules of a host, which may not be known yet, or nil if the crawl
// uses too many hosts.
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

// await waits until rules are known, and asks the scheduler for those of u's host if
// they are not. Several calls may ask for the same host.
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
