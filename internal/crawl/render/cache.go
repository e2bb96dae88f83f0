package render

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// scriptCache caches scripts, so that a site serves its bundle once and not for each of its
// pages. Pages of different browser contexts share the cache. It therefore stores only
// responses to requests without credentials, with the requesting origin in the key.
type scriptCache struct {
	mu    sync.Mutex
	size  int
	byKey map[string]*cachedScript
	order []string // keys, oldest first
}

// cachedScript is a cached response.
type cachedScript struct {
	response *response
	expires  time.Time
}

// Limits of the cache.
const (
	maxCacheBytes  = 48 << 20
	maxScriptBytes = 4 << 20 // of one script
	maxCacheAge    = 15 * time.Minute
)

func newCache() *scriptCache { return &scriptCache{byKey: map[string]*cachedScript{}} }

func (c *scriptCache) get(key string) *response {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.byKey[key]
	if k == nil || time.Now().After(k.expires) {
		return nil
	}
	return k.response
}

// put stores a response unless its headers forbid caching (RFC 9111 section 3). It does not
// evaluate the age of the response: pages of a site are rendered within minutes.
func (c *scriptCache) put(key string, a *response, h http.Header) {
	control := strings.ToLower(strings.Join(h.Values("Cache-Control"), ","))
	if len(a.body) > maxScriptBytes || h.Get("Set-Cookie") != "" || strings.Contains(control, "no-store") ||
		strings.Contains(control, "no-cache") || strings.Contains(control, "max-age=0") || strings.Contains(h.Get("Vary"), "*") {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.byKey[key]; old != nil {
		c.size += len(a.body) - len(old.response.body)
	} else {
		c.size += len(a.body)
		c.order = append(c.order, key)
	}
	c.byKey[key] = &cachedScript{a, time.Now().Add(maxCacheAge)}
	for c.size > maxCacheBytes && len(c.order) > 0 {
		first := c.order[0]
		c.order = c.order[1:]
		c.size -= len(c.byKey[first].response.body)
		delete(c.byKey, first)
	}
}
