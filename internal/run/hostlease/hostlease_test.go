package hostlease

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// patience bounds what a test waits for.
const patience = 5 * time.Minute

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

func hosts(s store.Leases, holder string) *Hosts {
	return &Hosts{Leases: s, Holder: holder, Lease: 600 * time.Millisecond, Tenure: 500 * time.Millisecond, Log: logr.Discard()}
}

// lasting are hosts whose leases outlast the pauses of a busy machine.
func lasting(s store.Leases, holder string) *Hosts {
	h := hosts(s, holder)
	h.Lease = 6 * time.Second
	return h
}

func take(t *testing.T, h *Hosts) crawl.HostLease {
	t.Helper()
	turn, err := h.Acquire(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

// await waits until ok.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come about", what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func TestTheTimeOfTheLastRequestTravelsWithTheTurn(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	first := take(t, lasting(s, "a"))
	if time.Since(first.IdleSince()) < time.Hour {
		t.Errorf("nobody asked the host, yet it was asked at %s", first.IdleSince())
	}
	free := time.Now().Add(300 * time.Millisecond) // as the first crawl's delay has it
	first.Release(t.Context(), free)
	second := take(t, lasting(s, "b"))
	defer second.Release(t.Context(), time.Time{})
	if time.Now().Before(free) {
		t.Error("the host was given before its delay was over")
	}
	if second.IdleSince().Before(free.Add(-time.Millisecond)) {
		t.Errorf("it is said that nobody asked since %s, but it was kept free until %s", second.IdleSince(), free)
	}
}

func TestATurnThatWasNotUsedLeavesTheTimeAsItWas(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for range 3 {
		turn := take(t, hosts(s, "a"))
		if time.Since(turn.IdleSince()) < time.Hour {
			t.Errorf("nobody asked the host, yet it was asked at %s", turn.IdleSince())
		}
		turn.Release(t.Context(), time.Time{})
	}
}

func TestTheTurnOfACrashedCrawlRunsOut(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if _, err := s.AcquireLease(t.Context(), LeaseName(host), "dead", 300*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AcquireLease(t.Context(), LineName(host), "dead too", 300*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	take(t, hosts(s, "b")).Release(t.Context(), time.Now())
}

func TestAHostThatIsNeverGivenBackIsBusy(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if _, err := s.AcquireLease(t.Context(), LeaseName(host), "other", time.Hour); err != nil {
		t.Fatal(err)
	}
	h := hosts(s, "b")
	h.Patience = 300 * time.Millisecond
	if turn, err := h.Acquire(t.Context(), host); !errors.Is(err, crawl.ErrHostBusy) || turn != nil {
		t.Errorf("%v, %v", turn, err)
	}
	if _, err := s.AcquireLease(t.Context(), LineName(host), "next", time.Hour); err != nil {
		t.Errorf("who gave up still stands in line: %v", err)
	}
}

func TestAStoreThatDoesNotAnswerGivesNoTurn(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := hosts(s, "a")
	h.Patience = 300 * time.Millisecond
	if turn, err := h.Acquire(t.Context(), host); err == nil || errors.Is(err, crawl.ErrHostBusy) || turn != nil {
		t.Errorf("%v, %v", turn, err)
	}
}

func TestAWaitForATurnEndsWithItsCrawl(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if _, err := s.AcquireLease(t.Context(), LeaseName(host), "other", time.Hour); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := hosts(s, "b").Acquire(ctx, host)
		ended <- err
	}()
	await(t, "the crawl's place in line", func() bool {
		l, err := s.AcquireLease(t.Context(), LineName(host), "test", time.Hour)
		if err == nil {
			_ = s.ReleaseLease(t.Context(), l)
		}
		return errors.Is(err, store.ErrConflict)
	})
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
}

func TestATurnIsOverWhenOthersWaitAndTheyGoFirst(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	a, b := lasting(s, "a"), lasting(s, "b")
	for range 3 {
		turn := take(t, a)
		theirs := make(chan crawl.HostLease, 1)
		go func() {
			turn, err := b.Acquire(context.Background(), host)
			if err != nil {
				t.Error(err)
			}
			theirs <- turn
		}()
		await(t, "the end of the turn", turn.ShouldRelease)
		turn.Release(t.Context(), time.Now())
		mine := make(chan crawl.HostLease, 1)
		go func() {
			turn, err := a.Acquire(context.Background(), host)
			if err != nil {
				t.Error(err)
			}
			mine <- turn
		}()
		select {
		case turn := <-theirs:
			turn.Release(t.Context(), time.Now())
		case <-mine:
			t.Fatal("who gave a host back has it again before who waited for it")
		}
		(<-mine).Release(t.Context(), time.Now())
	}
}

func TestATurnForWhichNobodyWaitsGoesOn(t *testing.T) {
	t.Parallel()
	c := &counted{Leases: newStore(t)}
	h := lasting(c, "a")
	turn := take(t, h)
	await(t, "three looks whether somebody waits", func() bool { return c.looks.Load() >= 3 })
	if turn.ShouldRelease() {
		t.Error("it is over")
	}
	turn.Release(t.Context(), time.Now())
}

// counted counts how often a turn looks whether others wait.
type counted struct {
	store.Leases
	looks atomic.Int64
}

func (c *counted) AcquireLease(ctx context.Context, name, holder string, ttl time.Duration) (store.Lease, error) {
	if name == LineName(host) {
		c.looks.Add(1)
	}
	return c.Leases.AcquireLease(ctx, name, holder, ttl)
}

func TestATurnThatIsLostIsOver(t *testing.T) {
	t.Parallel()
	t.Run("the store does not answer", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		turn := take(t, hosts(s, "a"))
		if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		await(t, "the end of the turn", turn.ShouldRelease)
		turn.Release(t.Context(), time.Now())
	})
	t.Run("another crawl has it", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		l, err := s.AcquireLease(t.Context(), LeaseName(host), "a", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		h := hosts(s, "a")
		h.init()
		turn := h.begin(t.Context(), host, l, time.Now())
		if _, err := s.RenewLease(t.Context(), l, -time.Second); err != nil {
			t.Fatal(err)
		}
		if _, err := s.AcquireLease(t.Context(), LeaseName(host), "b", time.Hour); err != nil {
			t.Fatal(err)
		}
		await(t, "the end of the turn", turn.ShouldRelease)
		turn.Release(t.Context(), time.Now())
		if _, err := s.AcquireLease(t.Context(), LeaseName(host), "c", time.Hour); !errors.Is(err, store.ErrConflict) {
			t.Errorf("a turn that was lost was given back for its new owner: %v", err)
		}
	})
}

func TestManyCrawlsHaveAHostOneAtATime(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var inHand, most, turns atomic.Int64
	done := make(chan struct{})
	const crawls = 6
	for n := range crawls {
		go func() {
			defer func() { done <- struct{}{} }()
			h := lasting(s, fmt.Sprint(n))
			for range 2 {
				turn, err := h.Acquire(t.Context(), host)
				if err != nil {
					t.Error(err)
					return
				}
				if now := inHand.Add(1); now > most.Load() {
					most.Store(now)
				}
				turns.Add(1)
				inHand.Add(-1)
				turn.Release(t.Context(), time.Now())
			}
		}()
	}
	for range crawls {
		<-done
	}
	if most.Load() != 1 || turns.Load() != 2*crawls {
		t.Errorf("%d turns, %d at once", turns.Load(), most.Load())
	}
}
