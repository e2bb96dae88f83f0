package httpapi

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// validatorTime is how long an ETag is used without reading the resource again: a crawl, or a
	// change through another process, is visible to conditional requests this much later.
	// Changes through this server are visible at once. Chosen by hand.
	validatorTime = time.Second
	// maxValidators and maxValidatorKey bound the memory. An entry takes about 600 bytes.
	maxValidators   = 4096
	maxValidatorKey = 512 // bytes
)

// validators remembers the ETags that clients had, so that a client that asks again for a
// representation that did not change receives its 304 without the representation being made. All
// callers who may call a route receive the same representations.
type validators struct {
	now func() time.Time
	// changes counts the requests that may have changed something.
	changes atomic.Int64

	mu      sync.RWMutex
	entries map[string]validator
}

// validator is what a response without a body consists of.
type validator struct {
	header  http.Header
	readAt  time.Time
	changes int64 // before the resource was read
}

func newValidators() *validators {
	return &validators{now: time.Now, entries: map[string]validator{}}
}

// validatorHeaders lists the header fields of a 304 (RFC 9110, 15.4.5).
var validatorHeaders = []string{"Etag", "Cache-Control", "Vary", "Content-Language", "Cross-Origin-Resource-Policy"}

// validatorKey identifies a representation, or is "" if it is not remembered.
func validatorKey(r *http.Request) string {
	key := r.RequestURI + "\n" + strings.Join(r.Header["Accept"], ",") + "\n" + r.Header.Get("Origin")
	if r.Method != http.MethodGet || len(r.Header["If-None-Match"]) == 0 || len(key) > maxValidatorKey {
		return ""
	}
	return key
}

// revalidate is the step that answers a conditional request whose ETag is remembered. It follows
// the checks of the caller.
func (v *validators) revalidate(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) error {
	key := validatorKey(r)
	if key == "" {
		next(w, r)
		return nil
	}
	now, changes := v.now(), v.changes.Load()
	v.mu.RLock()
	known, ok := v.entries[key]
	v.mu.RUnlock()
	h := w.Header()
	if ok && known.changes == changes && now.Sub(known.readAt) < validatorTime && unchanged(r, known.header.Get("Etag")) {
		for name, values := range known.header {
			h[name] = values
		}
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	next(w, r)
	if out, ok := w.(*recorder); ok && out.Status() == http.StatusNotModified {
		v.put(key, validator{header: h.Clone(), readAt: now, changes: changes})
	}
	return nil
}

// put remembers the fields of a response.
func (v *validators) put(key string, entry validator) {
	kept := http.Header{}
	for _, name := range validatorHeaders {
		if values := entry.header[name]; len(values) > 0 {
			kept[name] = values
		}
	}
	entry.header = kept
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.entries) >= maxValidators {
		clear(v.entries)
	}
	v.entries[key] = entry
}
