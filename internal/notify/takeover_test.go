package notify_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// lostStore is the store as a process sees it that has lost its connection.
type lostStore struct {
	store.Store
	lost atomic.Bool
}

var errLost = errors.New("the store does not respond")

func (s *lostStore) RenewLease(ctx context.Context, l store.Lease, ttl time.Duration) (store.Lease, error) {
	if s.lost.Load() {
		return l, errLost
	}
	return s.Store.RenewLease(ctx, l, ttl)
}

func (s *lostStore) AcquireLease(ctx context.Context, name, holder string, ttl time.Duration) (store.Lease, error) {
	if s.lost.Load() {
		return store.Lease{}, errLost
	}
	return s.Store.AcquireLease(ctx, name, holder, ttl)
}

func TestAnotherSenderRepeatsWhatALostOneWasSending(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := newReceiver(t)
	released := make(chan struct{})
	r.answer(func(http.ResponseWriter, message) { <-released })
	f.webhook("w", r.server.URL, nil)
	first := &lostStore{Store: f.store}
	o := f.options("first")
	o.Store, o.LeaseDuration = first, 300*time.Millisecond
	f.start(o)
	id := f.change("acme", "d", store.ChangeCreated)
	later := f.change("acme", "d", store.ChangeChanged)
	eventually(t, "the first attempt", func() bool { return len(r.received()) == 1 })
	first.lost.Store(true)
	r.answer(status(http.StatusOK))
	o = f.options("second")
	o.LeaseDuration = 300 * time.Millisecond
	f.start(o)
	eventually(t, "the takeover", func() bool {
		l, err := f.store.AcquireLease(t.Context(), "webhooks", "test", time.Second)
		if err == nil { // the lease had expired, and the second sender has not noticed yet
			_ = f.store.ReleaseLease(t.Context(), l)
		}
		return errors.Is(err, store.ErrConflict) && l.Holder == "second"
	})
	close(released) // the lost sender sees the response, but may not store it
	f.clock.set(f.clock.Now().Add(2 * time.Minute))
	f.awaitState("w", later, store.DeliveryDelivered)
	if d := f.delivery("w", id); d.State != store.DeliveryDelivered {
		t.Errorf("the first change is %+v", d)
	}
	got := r.received()
	if len(got) < 2 || got[0].event.ID != id || got[1].event.ID != id && got[1].event.ID != later || got[len(got)-1].event.ID != later {
		t.Errorf("%d messages were received", len(got))
	}
}

func TestASenderThatEndsReleasesItsLease(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := newReceiver(t)
	f.webhook("w", r.server.URL, nil)
	stop := f.start(f.options("first"))
	f.awaitState("w", f.change("acme", "d", store.ChangeCreated), store.DeliveryDelivered)
	stop()
	f.start(f.options("second"))
	f.awaitState("w", f.change("acme", "d", store.ChangeChanged), store.DeliveryDelivered)
}

func TestOfManySendersOneSends(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := newReceiver(t)
	f.webhook("w", r.server.URL, nil)
	for _, holder := range []string{"a", "b", "c"} {
		f.start(f.options(holder))
	}
	var last string
	for n := range 20 {
		last = f.change("acme", fmt.Sprint("d", n), store.ChangeCreated)
	}
	f.awaitState("w", last, store.DeliveryDelivered)
	eventually(t, "the delivery of all changes", func() bool { return f.counted("delivered") == 20 })
	if n := len(r.received()); n != 20 {
		t.Errorf("the endpoint received %d messages, want 20", n)
	}
}
