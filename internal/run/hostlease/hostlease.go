// Package hostlease shares hosts among the crawls of one store. One crawl at a time sends
// requests to a host, and the delay between two requests is respected when the host passes
// from one crawl to the next.
//
// The right to send requests to a host is a lease in the store. When a crawl releases a
// host, the lease expires at the time of the earliest next request, by the store's clock;
// the time of the last request thus reaches the next holder. A crawl that finds a host
// held enters its wait queue. The head of the queue is a second lease, whose holder
// acquires the host next. A crawl that has held a host for MaxHold checks the wait queue
// and releases the host if another crawl waits. Each host lease costs a few writes to the
// store, independent of the number of requests.
package hostlease

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

// The defaults of a Config.
const (
	DefaultDuration    = 15 * time.Second
	DefaultMaxHold     = 20 * time.Second
	DefaultWaitTimeout = 10 * time.Minute
)

const (
	// minPollInterval and maxPollInterval bound the time between two attempts to acquire a
	// host, which grows and has jitter. The wait queue requires a renewal at least as often.
	minPollInterval = 250 * time.Millisecond
	maxPollInterval = 2 * time.Second
	// storeTimeout is how long an unreachable store is retried, in addition to the store's
	// own retries, which take as long again.
	storeTimeout = 30 * time.Second
	// releaseTimeout limits the release of a lease, because a process that shuts down has
	// little time. A lease that is not released expires.
	releaseTimeout = 2 * time.Second
	// maxWaiting is the number of hosts that one crawl waits for at once.
	maxWaiting = 16
)

// LeaseName returns the name of the lease on a host.
func LeaseName(host string) string { return "host/" + host }

// QueueLeaseName returns the name of the lease on the head of a host's wait queue.
func QueueLeaseName(host string) string { return "host/" + host + " next" }

// Config configures the host leases of one crawl.
type Config struct {
	Store store.Leases
	// Holder identifies the crawl in its leases. It differs between crawls, and between the
	// processes that execute one crawl.
	Holder string
	// Duration is how long a lease lasts without a renewal. It is renewed three times as
	// often.
	Duration time.Duration
	// MaxHold is how long a crawl may hold a host that other crawls wait for.
	MaxHold time.Duration
	// WaitTimeout is how long Acquire waits for a host.
	WaitTimeout time.Duration
	Log         logr.Logger
	Metrics     *telemetry.HostLeaseMetrics // may be nil
}

// Leases acquires host leases for one crawl. It is safe for concurrent use.
type Leases struct {
	Config
	waiting chan struct{} // a slot for each host that the crawl waits for

	mu      sync.Mutex
	yielded map[string]bool // the hosts that were released because other crawls wait
	waits   map[string]int  // the hosts in whose wait queues the crawl is, with its waiting calls
	held    int             // the number of hosts that the crawl holds
}

var _ crawl.HostLeases = (*Leases)(nil)

// New returns the host leases of a crawl. The defaults replace durations that are not
// positive.
func New(c Config) *Leases {
	setDefault(&c.Duration, DefaultDuration)
	setDefault(&c.MaxHold, DefaultMaxHold)
	setDefault(&c.WaitTimeout, DefaultWaitTimeout)
	return &Leases{Config: c, waiting: make(chan struct{}, maxWaiting), yielded: map[string]bool{}, waits: map[string]int{}}
}

func setDefault(d *time.Duration, value time.Duration) {
	if *d <= 0 {
		*d = value
	}
}

// Acquire implements crawl.HostLeases.
func (l *Leases) Acquire(ctx context.Context, host string) (lease crawl.HostLease, err error) {
	defer func(began time.Time) {
		if ctx.Err() == nil {
			l.Metrics.RecordAcquisition(outcomeOf(err), time.Since(began))
		}
	}(time.Now())
	return l.acquire(ctx, host)
}

// outcomeOf returns the outcome of Acquire for the metrics.
func outcomeOf(err error) string {
	switch {
	case err == nil:
		return telemetry.HostLeaseAcquired
	case errors.Is(err, crawl.ErrHostBusy):
		return telemetry.HostLeaseBusy
	default:
		return telemetry.HostLeaseFailed
	}
}

func (l *Leases) acquire(ctx context.Context, host string) (crawl.HostLease, error) {
	l.mu.Lock()
	yielded := l.yielded[host]
	l.mu.Unlock()
	var err error
	if !yielded { // otherwise the crawls in the wait queue come first
		var lease *Lease
		if lease, err = l.tryAcquire(ctx, host); err == nil {
			return lease, nil
		}
	}
	lease, err := l.wait(ctx, host, err)
	if err != nil {
		return nil, fmt.Errorf("acquire host %s: %w", host, err)
	}
	return lease, nil
}

// wait acquires a host through its wait queue. It fails after WaitTimeout, or if the store
// stays unreachable for storeTimeout. err is the error of the first attempt, if there was
// one.
func (l *Leases) wait(ctx context.Context, host string, err error) (*Lease, error) {
	timeout := time.NewTimer(l.WaitTimeout)
	defer timeout.Stop()
	select {
	case l.waiting <- struct{}{}:
	case <-timeout.C:
		return nil, crawl.ErrHostBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-l.waiting }()
	defer l.recordWait(host)()
	p := position{leases: l, name: QueueLeaseName(host)}
	defer func() { p.release(ctx) }()
	lastResponse := time.Now()
	for interval := minPollInterval; ; interval = min(2*interval, maxPollInterval, l.Duration/3) {
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err == nil || errors.Is(err, store.ErrConflict):
			lastResponse = time.Now()
		case time.Since(lastResponse) > storeTimeout:
			return nil, err
		default:
			l.Log.V(1).Info("failed to acquire host", "host", host, "error", err.Error())
		}
		select {
		case <-time.After(interval/2 + rand.N(interval/2)):
		case <-timeout.C:
			if err == nil || errors.Is(err, store.ErrConflict) {
				err = fmt.Errorf("%w, for %s", crawl.ErrHostBusy, l.WaitTimeout)
			}
			return nil, err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if err = p.acquire(ctx); err != nil {
			continue
		}
		var lease *Lease
		if lease, err = l.tryAcquire(ctx, host); err == nil {
			return lease, nil
		}
	}
}

// tryAcquire acquires a host that no crawl holds.
func (l *Leases) tryAcquire(ctx context.Context, host string) (*Lease, error) {
	requestedAt := time.Now()
	stored, err := l.Store.AcquireLease(ctx, LeaseName(host), l.Holder, l.Duration)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	delete(l.yielded, host)
	l.held++
	l.Metrics.AddHeld(1)
	l.mu.Unlock()
	return l.newLease(ctx, host, stored, requestedAt), nil
}

// Blocked returns the host that the crawl waits for because another crawl holds it, "" if the
// crawl holds a host or waits for none. If it waits for several hosts, Blocked returns the
// first one in alphabetical order.
func (l *Leases) Blocked() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held > 0 || len(l.waits) == 0 {
		return ""
	}
	return slices.Min(slices.Collect(maps.Keys(l.waits)))
}

// recordWait records that a call of Acquire waits for a host, until done is called.
func (l *Leases) recordWait(host string) (done func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waits[host]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.waits[host]--; l.waits[host] == 0 {
			delete(l.waits, host)
		}
	}
}

// recordRelease records that the crawl holds one host less.
func (l *Leases) recordRelease() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held--
	l.Metrics.AddHeld(-1)
}

// recordYield records that a host is released for the crawls in its wait queue.
func (l *Leases) recordYield(host string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.yielded[host] = true
}
