package hostlease

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
	"github.com/clausea/crawler/internal/telemetry"
)

// waitTimeout bounds every wait of a test.
const waitTimeout = 2 * time.Minute

const host = "help.example"

func newStore(t *testing.T) store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// shortLeases returns the leases of a crawl with short durations.
func shortLeases(s store.Leases, holder string) *Leases {
	return New(Config{Store: s, Holder: holder, Duration: 600 * time.Millisecond, MaxHold: 500 * time.Millisecond, Log: logr.Discard()})
}

// stableLeases returns leases that do not expire during the pauses of a busy machine.
func stableLeases(s store.Leases, holder string) *Leases {
	l := shortLeases(s, holder)
	l.Duration = 6 * time.Second
	return l
}

func acquire(t *testing.T, l *Leases) crawl.HostLease {
	t.Helper()
	lease, err := l.Acquire(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	return lease
}

// acquireAsync acquires the host in the background and sends the lease.
func acquireAsync(t *testing.T, l *Leases) <-chan crawl.HostLease {
	t.Helper()
	acquired := make(chan crawl.HostLease, 1)
	go func() {
		lease, err := l.Acquire(context.Background(), host)
		if err != nil {
			t.Error(err)
		}
		acquired <- lease
	}()
	return acquired
}

// waitUntil waits until ok returns true.
func waitUntil(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(waitTimeout); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("timed out waiting for %s", what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func TestTheTimeOfTheLastRequestReachesTheNextHolder(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	first := acquire(t, stableLeases(s, "a"))
	if time.Since(first.IdleSince()) < time.Hour {
		t.Errorf("the host has had no request, but is idle only since %s", first.IdleSince())
	}
	nextRequest := time.Now().Add(300 * time.Millisecond) // by the delay of the first crawl
	first.Release(t.Context(), nextRequest)
	second := acquire(t, stableLeases(s, "b"))
	defer second.Release(t.Context(), time.Time{})
	if time.Now().Before(nextRequest) {
		t.Error("the host was acquired before its delay was over")
	}
	if second.IdleSince().Before(nextRequest.Add(-time.Millisecond)) {
		t.Errorf("the host is idle since %s, but was reserved until %s", second.IdleSince(), nextRequest)
	}
}

func TestReleasingAnUnusedLeaseKeepsTheTimeOfTheLastRequest(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for range 3 {
		lease := acquire(t, shortLeases(s, "a"))
		if time.Since(lease.IdleSince()) < time.Hour {
			t.Errorf("the host has had no request, but is idle only since %s", lease.IdleSince())
		}
		lease.Release(t.Context(), time.Time{})
	}
}

func TestTheLeaseOfACrashedCrawlExpires(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for name, holder := range map[string]string{LeaseName(host): "crashed", QueueLeaseName(host): "crashed too"} {
		if _, err := s.AcquireLease(t.Context(), name, holder, 300*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	acquire(t, shortLeases(s, "b")).Release(t.Context(), time.Now())
}

func TestAcquireTimesOutIfTheHostIsNeverReleased(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if _, err := s.AcquireLease(t.Context(), LeaseName(host), "other", time.Hour); err != nil {
		t.Fatal(err)
	}
	l := shortLeases(s, "b")
	l.WaitTimeout = 300 * time.Millisecond
	registry := prometheus.NewRegistry()
	var err error
	if l.Metrics, err = telemetry.NewHostLeaseMetrics(registry); err != nil {
		t.Fatal(err)
	}
	if lease, err := l.Acquire(t.Context(), host); !errors.Is(err, crawl.ErrHostBusy) || lease != nil {
		t.Errorf("got %v, %v; want ErrHostBusy", lease, err)
	}
	if free, err := l.Acquire(t.Context(), "free.example"); err != nil {
		t.Error(err)
	} else {
		free.Release(t.Context(), time.Now())
	}
	counts := map[string]uint64{}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if h := m.GetHistogram(); h != nil {
				counts[m.GetLabel()[0].GetValue()] = h.GetSampleCount()
			}
		}
	}
	if want := (map[string]uint64{telemetry.HostLeaseBusy: 1, telemetry.HostLeaseAcquired: 1, telemetry.HostLeaseFailed: 0}); !maps.Equal(counts, want) {
		t.Errorf("the counted outcomes are %v, want %v", counts, want)
	}
	if _, err := s.AcquireLease(t.Context(), QueueLeaseName(host), "next", time.Hour); err != nil {
		t.Errorf("the crawl is still in the wait queue: %v", err)
	}
}

func TestAcquireFailsIfTheStoreIsUnreachable(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := shortLeases(s, "a")
	l.WaitTimeout = 300 * time.Millisecond
	if lease, err := l.Acquire(t.Context(), host); err == nil || errors.Is(err, crawl.ErrHostBusy) || lease != nil {
		t.Errorf("got %v, %v; want an error of the store", lease, err)
	}
}

func TestAcquireEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if _, err := s.AcquireLease(t.Context(), LeaseName(host), "other", time.Hour); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := shortLeases(s, "b").Acquire(ctx, host)
		ended <- err
	}()
	waitUntil(t, "the crawl to enter the wait queue", func() bool {
		lease, err := s.AcquireLease(t.Context(), QueueLeaseName(host), "test", time.Hour)
		if err == nil {
			_ = s.ReleaseLease(t.Context(), lease)
		}
		return errors.Is(err, store.ErrConflict)
	})
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}

func TestACrawlReleasesTheHostForThoseThatWaitAndAcquiresItAfterThem(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	t.Parallel()
	s := newStore(t)
	a, b := stableLeases(s, "a"), stableLeases(s, "b")
	for range 3 {
		lease := acquire(t, a)
		waiter := acquireAsync(t, b)
		waitUntil(t, "the request to release the host", lease.ShouldRelease)
		lease.Release(t.Context(), time.Now())
		again := acquireAsync(t, a)
		select {
		case lease := <-waiter:
			lease.Release(t.Context(), time.Now())
		case <-again:
			t.Fatal("the crawl that released the host acquired it again before the one that waited")
		}
		(<-again).Release(t.Context(), time.Now())
	}
}

func TestACrawlKeepsAHostThatNoOtherCrawlWaitsFor(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	t.Parallel()
	c := &checkCounter{Leases: newStore(t)}
	lease := acquire(t, stableLeases(c, "a"))
	waitUntil(t, "three checks of the wait queue", func() bool { return c.checks.Load() >= 3 })
	if lease.ShouldRelease() {
		t.Error("the host is to be released")
	}
	lease.Release(t.Context(), time.Now())
}

// checkCounter counts how often the wait queue is checked.
type checkCounter struct {
	store.Leases
	checks atomic.Int64
}

func (c *checkCounter) AcquireLease(ctx context.Context, name, holder string, ttl time.Duration) (store.Lease, error) {
	if name == QueueLeaseName(host) {
		c.checks.Add(1)
	}
	return c.Leases.AcquireLease(ctx, name, holder, ttl)
}

func TestALeaseThatIsNotRenewedMustBeReleased(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lease := acquire(t, shortLeases(s, "a"))
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "the lease to expire", lease.ShouldRelease)
	lease.Release(t.Context(), time.Now())
}

func TestReleasingALostLeaseDoesNotAffectItsNewHolder(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	stored, err := s.AcquireLease(t.Context(), LeaseName(host), "a", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	lease := shortLeases(s, "a").newLease(t.Context(), host, stored, time.Now())
	if _, err := s.RenewLease(t.Context(), stored, -time.Second); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AcquireLease(t.Context(), LeaseName(host), "b", time.Hour); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "the lease to be lost", lease.ShouldRelease)
	lease.Release(t.Context(), time.Now())
	if _, err := s.AcquireLease(t.Context(), LeaseName(host), "c", time.Hour); !errors.Is(err, store.ErrConflict) {
		t.Errorf("the lease of the new holder was released: %v", err)
	}
}

func TestOneCrawlAtATimeHoldsAHost(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var holding, highest, acquired atomic.Int64
	done := make(chan struct{})
	const crawls = 6
	for n := range crawls {
		go func() {
			defer func() { done <- struct{}{} }()
			l := stableLeases(s, fmt.Sprint(n))
			for range 2 {
				lease, err := l.Acquire(t.Context(), host)
				if err != nil {
					t.Error(err)
					return
				}
				if now := holding.Add(1); now > highest.Load() {
					highest.Store(now)
				}
				acquired.Add(1)
				<-time.After(5 * time.Millisecond) // so that two crawls that hold the host overlap
				holding.Add(-1)
				lease.Release(t.Context(), time.Now())
			}
		}()
	}
	for range crawls {
		<-done
	}
	if highest.Load() != 1 || acquired.Load() != 2*crawls {
		t.Errorf("%d leases were acquired, %d at once", acquired.Load(), highest.Load())
	}
}

func TestACrawlIsBlockedWhileItWaitsForItsOnlyHost(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	first, second := stableLeases(s, "first"), stableLeases(s, "second")
	if got := first.Blocked(); got != "" {
		t.Errorf("a new crawl is blocked by %s", got)
	}
	lease := acquire(t, first)
	acquired := acquireAsync(t, second)
	for deadline := time.Now().Add(waitTimeout); second.Blocked() != host; <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the waiting crawl is not blocked")
		}
	}
	if got := first.Blocked(); got != "" {
		t.Errorf("the crawl that holds the host is blocked by %s", got)
	}
	lease.Release(t.Context(), time.Now())
	lease = <-acquired
	if got := second.Blocked(); got != "" {
		t.Errorf("after it has acquired the host, the crawl is blocked by %s", got)
	}
	lease.Release(t.Context(), time.Now())
}
