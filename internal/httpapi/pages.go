package httpapi

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
)

const (
	// maxPages, maxPageKey and maxPageBody bound the memory to 16 MiB.
	maxPages    = 256
	maxPageKey  = 512       // bytes
	maxPageBody = 64 * 1024 // bytes
)

// rememberedPages has responses of a route whose content changes only when a number does. All
// callers who may call the route receive the same response to the same URL.
type rememberedPages struct {
	version func() int64

	mu      sync.RWMutex
	entries map[string]rememberedPage
}

// rememberedPage is a response, and the number before it was made.
type rememberedPage struct {
	version int64
	header  http.Header
	body    []byte
}

func newRememberedPages(version func() int64) *rememberedPages {
	return &rememberedPages{version: version, entries: map[string]rememberedPage{}}
}

// pageHeaders lists the header fields that the routes of lists set.
var pageHeaders = []string{"Content-Type", "Link", "Cache-Control"}

// serve is the step that answers from memory. It follows the checks of the caller.
func (p *rememberedPages) serve(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) error {
	key := r.RequestURI + "\n" + strings.Join(r.Header["Accept"], ",")
	if r.Method != http.MethodGet || len(key) > maxPageKey {
		next(w, r)
		return nil
	}
	version := p.version()
	p.mu.RLock()
	known, ok := p.entries[key]
	p.mu.RUnlock()
	h := w.Header()
	if ok && known.version == version {
		for name, values := range known.header {
			h[name] = values
		}
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(known.body) // fails only if the client has disconnected
		return nil
	}
	c := &capture{ResponseWriter: w}
	next(c, r)
	if c.status == http.StatusOK && !c.truncated && len(c.body) <= maxPageBody {
		p.put(key, rememberedPage{version: version, header: c.header, body: c.body})
	}
	return nil
}

// put remembers a response.
func (p *rememberedPages) put(key string, entry rememberedPage) {
	kept := http.Header{"Content-Length": {strconv.Itoa(len(entry.body))}}
	for _, name := range pageHeaders {
		if values := entry.header[name]; len(values) > 0 {
			kept[name] = values
		}
	}
	entry.header = kept
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.entries) >= maxPages {
		clear(p.entries)
	}
	p.entries[key] = entry
}
