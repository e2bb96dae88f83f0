package run

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/run/hostlease"
	"github.com/clausea/crawler/internal/store"
)

// heartbeatInterval is how often the record of a run is updated with its progress. It is
// shorter than a lease, so that a record that does not change means that the worker is
// gone.
const heartbeatInterval = 2 * time.Second

// heartbeat updates the record of a run while it is executed.
type heartbeat struct {
	storage   storage
	record    store.Run // as it was when the execution started
	progress  func() crawl.Progress
	documents func() store.DocumentCounts
	bytes     func() int64
	hosts     *hostlease.Leases // nil if the run acquires no host leases
}

// beat stores the record with the current progress.
func (h *heartbeat) beat(ctx context.Context) error {
	rec := h.record
	rec.Progress, rec.Documents, rec.Heartbeat = storedProgress(h.progress()), h.documents(), time.Now().UTC()
	rec.Bytes = h.bytes()
	if h.hosts != nil {
		rec.WaitingForHost = h.hosts.Blocked()
	}
	if err := h.storage.store.PutRun(ctx, rec); err != nil {
		return fmt.Errorf("save the progress of run %s: %w", rec.ID, err)
	}
	return nil
}

// latestProgress holds the last progress that the engine reported. It is safe for
// concurrent use.
type latestProgress struct {
	mu    sync.Mutex
	value crawl.Progress
}

func (l *latestProgress) set(p crawl.Progress) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.value = p
}

func (l *latestProgress) get() crawl.Progress {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.value
}

// storedProgress converts the counters of a crawl to those of a record.
func storedProgress(p crawl.Progress) store.Progress {
	s := store.Progress{Fetched: int64(p.Fetched), Queued: int64(p.Queued), Failed: int64(p.Failed), Skipped: map[string]int64{}}
	for reason, n := range p.Skipped {
		s.Skipped[string(reason)] = int64(n)
	}
	return s
}

// skipCounts converts the counters of skipped URLs to those of metrics.
func skipCounts(skipped map[crawl.SkipReason]int) map[string]int {
	counts := make(map[string]int, len(skipped))
	for reason, n := range skipped {
		counts[string(reason)] = n
	}
	return counts
}
