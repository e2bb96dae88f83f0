package cli

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// The components that a process waits for before it is ready.
const (
	componentStore   = "store"
	componentCluster = "cluster"
	componentCaches  = "caches"
	componentAPI     = "api"
)

// readyState holds why a process is not ready, by component. Its methods can be called
// concurrently.
type readyState struct {
	mu      sync.Mutex
	reasons map[string]string
}

// set sets the reason why a component is not ready; an empty reason means that it is ready. It
// reports whether the reason has changed.
func (r *readyState) set(component, reason string) (changed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	changed = r.reasons[component] != reason
	switch {
	case reason == "":
		delete(r.reasons, component)
	case r.reasons == nil:
		r.reasons = map[string]string{component: reason}
	default:
		r.reasons[component] = reason
	}
	return changed
}

// list returns a line for each component that is not ready.
func (r *readyState) list() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var lines []string
	for _, c := range slices.Sorted(maps.Keys(r.reasons)) {
		lines = append(lines, c+": "+r.reasons[c])
	}
	return lines
}

// pingTimeout limits the store check of a readiness probe.
const pingTimeout = 2 * time.Second

// serveReadiness answers a readiness probe. The body of a failure has one reason a line.
// lifetime ends at the signal.
func (e *endpoints) serveReadiness(lifetime context.Context, w http.ResponseWriter, req *http.Request) {
	reasons := e.ready.list()
	if lifetime.Err() != nil {
		reasons = []string{"shutting down"}
	}
	if len(reasons) == 0 {
		ctx, cancel := context.WithTimeout(req.Context(), pingTimeout)
		defer cancel()
		if err := e.pinger.Ping(ctx); err != nil {
			reasons = []string{componentStore + ": " + err.Error()}
		}
	}
	if len(reasons) > 0 {
		http.Error(w, e.redact(strings.Join(reasons, "\n")), http.StatusServiceUnavailable)
		return
	}
	_, _ = fmt.Fprintln(w, "ok")
}
