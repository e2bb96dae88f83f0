package render

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// scriptCache caches scripts, so that a site does not serve its bundle again for each page.
// Pages of different sites share the cache. It therefore stores only responses to requests
// without credentials, with the requesting origin in the key. It is safe for concurrent use.
type scriptCache struct {
	mu    sync.Mutex
	size  int // bytes of all bodies
	byKey map[string]*cachedScript
	order []string // keys, oldest first
}

// cachedScript is a cached response.
type cachedScript struct {
	response *response
	expires  time.Time
}

// Limits of the cache, chosen by hand.
const (
	maxCacheBytes  = 48 << 20 // of all scripts
	maxScriptBytes = 4 << 20  // of one script
	maxCacheAge    = 15 * time.Minute
)

func newCache() *scriptCache { return &scriptCache{byKey: map[string]*cachedScript{}} }

// get returns a cached response, nil if there is none or it has expired.
func (c *scriptCache) get(key string) *response {
	c.mu.Lock()
	defer c.mu.Unlock()
	cached := c.byKey[key]
	if cached == nil || time.Now().After(cached.expires) {
		return nil
	}
	return cached.response
}

// put stores a response with the headers h for maxCacheAge, unless h forbids caching (RFC 9111
// section 3). It ignores a shorter max-age, except 0: pages of a site are rendered within
// minutes.
func (c *scriptCache) put(key string, res *response, h http.Header) {
	control := strings.ToLower(strings.Join(h.Values("Cache-Control"), ","))
	if len(res.body) > maxScriptBytes || h.Get("Set-Cookie") != "" || strings.Contains(control, "no-store") ||
		strings.Contains(control, "no-cache") || strings.Contains(control, "max-age=0") || strings.Contains(h.Get("Vary"), "*") {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.byKey[key]; old != nil {
		c.size += len(res.body) - len(old.response.body)
	} else {
		c.size += len(res.body)
		c.order = append(c.order, key)
	}
	c.byKey[key] = &cachedScript{res, time.Now().Add(maxCacheAge)}
	for c.size > maxCacheBytes && len(c.order) > 0 {
		first := c.order[0]
		c.order = c.order[1:]
		c.size -= len(c.byKey[first].response.body)
		delete(c.byKey, first)
	}
}
