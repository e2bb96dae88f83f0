package render

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// scriptCache keeps scripts, so that a site is asked for its bundle once and not for each
// of its pages. What it has for one page is for a browser context of another, so
// only answers to requests without credentials are kept, and by the origin that
// asked.
type scriptCache struct {
	mu    sync.Mutex
	size  int
	held  map[string]*cachedScript
	order []string // as they were put
}

type cachedScript struct {
	answer *response
	until  time.Time
}

// Bounds of the cache.
const (
	maxCacheBytes  = 48 << 20
	maxScriptBytes = 4 << 20 // one script
	maxCacheAge    = 15 * time.Minute
)

func newCache() *scriptCache { return &scriptCache{held: map[string]*cachedScript{}} }

func (c *scriptCache) get(key string) *response {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.held[key]
	if k == nil || time.Now().After(k.until) {
		return nil
	}
	return k.answer
}

// put keeps an answer unless its header forbids it (RFC 9111 section 3; age is not
// looked at beyond that: pages are drawn within minutes of one another).
func (c *scriptCache) put(key string, a *response, h http.Header) {
	control := strings.ToLower(strings.Join(h.Values("Cache-Control"), ","))
	if len(a.body) > maxScriptBytes || h.Get("Set-Cookie") != "" || strings.Contains(control, "no-store") ||
		strings.Contains(control, "no-cache") || strings.Contains(control, "max-age=0") || strings.Contains(h.Get("Vary"), "*") {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.held[key]; old != nil {
		c.size += len(a.body) - len(old.answer.body)
	} else {
		c.size += len(a.body)
		c.order = append(c.order, key)
	}
	c.held[key] = &cachedScript{a, time.Now().Add(maxCacheAge)}
	for c.size > maxCacheBytes && len(c.order) > 0 {
		first := c.order[0]
		c.order = c.order[1:]
		c.size -= len(c.held[first].answer.body)
		delete(c.held, first)
	}
}
