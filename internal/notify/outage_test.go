package notify_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/clausea/crawler/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// unreliableStore fails operations at random: before they are applied, or after.
type unreliableStore struct {
	store.Store
	mu   sync.Mutex
	rand *rand.Rand
}

var errUnreliable = errors.New("the connection was closed")

// call does work, and returns an error in a fifth of the cases.
func (s *unreliableStore) call(work func() error) error {
	s.mu.Lock()
	n := s.rand.IntN(10)
	s.mu.Unlock()
	if n == 0 {
		return errUnreliable
	}
	if err := work(); err != nil || n > 1 {
		return err
	}
	return errUnreliable
}

func (s *unreliableStore) EnqueueDeliveries(ctx context.Context, f store.Fence, webhookID string, cursor int64, ds []store.Delivery) error {
	return s.call(func() error { return s.Store.EnqueueDeliveries(ctx, f, webhookID, cursor, ds) })
}

func (s *unreliableStore) ClaimDeliveries(ctx context.Context, f store.Fence, c store.DeliveryClaim) (ds []store.Delivery, err error) {
	err = s.call(func() error { ds, err = s.Store.ClaimDeliveries(ctx, f, c); return err })
	if err != nil {
		return nil, err
	}
	return ds, nil
}

func (s *unreliableStore) FinishDelivery(ctx context.Context, f store.Fence, r store.DeliveryResult) error {
	return s.call(func() error { return s.Store.FinishDelivery(ctx, f, r) })
}

func (s *unreliableStore) GetChange(ctx context.Context, id string) (c store.Change, err error) {
	err = s.call(func() error { c, err = s.Store.GetChange(ctx, id); return err })
	return c, err
}

func TestNoChangeIsLostOrOvertakenWhileTheStoreFails(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	if v := os.Getenv("CLAUSEA_TEST_SEED"); v != "" {
		var err error
		if seed, err = strconv.ParseUint(v, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("to replay this test, set CLAUSEA_TEST_SEED=%d", seed)
	f := newFixture(t, nil)
	r := newReceiver(t)
	f.webhook("w", r.server.URL, nil)
	o := f.options("a")
	o.Store = &unreliableStore{Store: f.store, rand: rand.New(rand.NewPCG(seed, 0))}
	f.start(o)
	ids := map[string]bool{}
	for n := range 3 {
		for document := range 5 {
			kind := store.ChangeChanged
			if n == 0 {
				kind = store.ChangeCreated
			}
			ids[f.change("acme", fmt.Sprint("d", document), kind)] = true
		}
	}
	for id := range ids {
		eventually(t, "the delivery of each change", func() bool {
			f.clock.set(f.clock.Now().Add(200 * time.Millisecond)) // claims whose results were not stored expire
			return f.delivery("w", id).State == store.DeliveryDelivered
		})
	}
	last := map[string]int64{}
	for _, m := range r.received() {
		if !ids[m.event.ID] { // a repetition
			continue
		}
		delete(ids, m.event.ID)
		if m.event.Data.Sequence < last[m.event.Subject] {
			t.Errorf("document %s: sequence %d after %d", m.event.Subject, m.event.Data.Sequence, last[m.event.Subject])
		}
		last[m.event.Subject] = m.event.Data.Sequence
	}
	if len(ids) > 0 {
		t.Errorf("%d changes were not received", len(ids))
	}
}

// blindStore cannot read the feed of changes while blind is set.
type blindStore struct {
	store.Store
	blind atomic.Bool
}

func (s *blindStore) LatestChange(ctx context.Context) (int64, error) {
	if s.blind.Load() {
		return 0, errUnreliable
	}
	return s.Store.LatestChange(ctx)
}

func TestTheLagOfTheFeedGrowsWhileItCannotBeRead(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	s := &blindStore{Store: f.store}
	s.blind.Store(true)
	o := f.options("a")
	o.Store = s
	f.start(o)
	lag := func() float64 { return f.gauge("clausea_change_feed_lag_seconds") }
	eventually(t, "a lag of the feed", func() bool { return lag() > 0.05 })
	s.blind.Store(false)
	eventually(t, "the end of the lag", func() bool { return lag() == 0 })
}
