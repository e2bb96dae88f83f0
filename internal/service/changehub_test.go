package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

// countedStore counts the reads of the feed.
type countedStore struct {
	store.Store
	watches, lists atomic.Int32
}

func (s *countedStore) WatchChanges(ctx context.Context, after int64) (store.ChangeWatch, error) {
	s.watches.Add(1)
	return s.Store.WatchChanges(ctx, after)
}

func (s *countedStore) ListChanges(ctx context.Context, q store.ChangeQuery) ([]store.Change, string, error) {
	s.lists.Add(1)
	return s.Store.ListChanges(ctx, q)
}

func newFeed(t *testing.T) (*Changes, *countedStore) {
	t.Helper()
	s, _ := newStored(t)
	counted := &countedStore{Store: s}
	return &Changes{Store: counted, Resources: Resources{Namespace: "default"}}, counted
}

// appendChanges appends changes with the numbers from one to another, one a commit or all at once.
func appendChanges(t *testing.T, s store.Store, from, to int, atOnce bool) {
	t.Helper()
	d := store.Document{ID: "d", Company: "acme", URL: "https://acme.example/"}
	var changes []store.Change
	for i := from; i < to; i++ {
		changes = append(changes, store.Change{ID: fmt.Sprint(i), Kind: store.ChangeChanged, Company: "acme", DocumentID: "d"})
		if atOnce && i < to-1 {
			continue
		}
		if _, err := s.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: d, Changes: changes}); err != nil {
			t.Fatal(err)
		}
		changes = nil
	}
}

// receive reads n changes of a stream and returns their numbers.
func receive(c *ChangeStream, n int) (ids []string) {
	for len(ids) < n {
		change, ok := c.Next()
		if !ok {
			return ids
		}
		ids = append(ids, change.ID)
	}
	return ids
}

func numbers(from, to int) (ids []string) {
	for i := from; i < to; i++ {
		ids = append(ids, fmt.Sprint(i))
	}
	return ids
}

var reader = Caller{Actor: "key:test", Scopes: []store.APIScope{store.ScopeRead}}

func TestStreamsOfChangesShareOneWatch(t *testing.T) {
	t.Parallel()
	feed, counted := newFeed(t)
	appendChanges(t, counted, 1, 6, true)
	const streams, last = 40, 120
	var all sync.WaitGroup
	var open []*ChangeStream
	for i := range streams {
		after := int64(i%7 - 1) // -1: the end of the feed, which is 5
		c, err := feed.Follow(t.Context(), reader, ChangeFilter{}, after)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
		all.Go(func() {
			from := int(c.Start) + 1
			if got := receive(c, last-from); !slices.Equal(got, numbers(from, last)) {
				t.Errorf("after %d: received %v", after, got)
			}
		})
	}
	appendChanges(t, counted, 6, last, false)
	all.Wait()
	// Each change is read by the watch, with at most one empty read after it; and each stream that
	// began before the end of the feed reads once.
	if w, l := counted.watches.Load(), counted.lists.Load(); w != 1 || l > 2*last+streams {
		t.Errorf("%d streams of %d changes used %d watches and %d reads", streams, last, w, l)
	}
	for _, c := range open {
		c.Stop()
	}
	if feed.hub.current != nil {
		t.Error("the watch remains after the last stream")
	}
	if c, ok := open[0].Next(); ok {
		t.Errorf("a stopped stream has the change %s", c.ID)
	}
}

func TestAStreamThatIsFarBehindMissesNoChange(t *testing.T) {
	t.Parallel()
	feed, counted := newFeed(t)
	slow, err := feed.Follow(t.Context(), reader, ChangeFilter{}, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Stop()
	fast, err := feed.Follow(t.Context(), reader, ChangeFilter{}, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer fast.Stop()
	const last = 3*maxRecent + 7
	for from := 1; from < last; from += 500 {
		appendChanges(t, counted, from, min(from+500, last), true)
	}
	for _, c := range []*ChangeStream{fast, slow} { // the watch is at the end when slow begins
		if got := receive(c, last-1); !slices.Equal(got, numbers(1, last)) {
			t.Errorf("received %d changes, want %d in order", len(got), last-1)
		}
	}
}

// failingWatch is a watch that has failed.
type failingWatch struct{ changes chan store.Change }

func (w failingWatch) Changes() <-chan store.Change { return w.changes }
func (failingWatch) Err() error                     { return errors.New("the store is down") }
func (failingWatch) Stop()                          {}

// failingStore is a store whose first watch fails.
type failingStore struct {
	*countedStore
	failed atomic.Bool
}

func (s *failingStore) WatchChanges(ctx context.Context, after int64) (store.ChangeWatch, error) {
	if s.failed.CompareAndSwap(false, true) {
		w := failingWatch{make(chan store.Change)}
		close(w.changes)
		return w, nil
	}
	return s.countedStore.WatchChanges(ctx, after)
}

func TestAStreamAfterAFailedWatchStartsAnotherOne(t *testing.T) {
	t.Parallel()
	feed, counted := newFeed(t)
	feed.Store = &failingStore{countedStore: counted}
	first, err := feed.Follow(t.Context(), reader, ChangeFilter{}, -1)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := first.Next(); ok || first.Err() == nil {
		t.Errorf("a stream whose watch failed ends with %v", first.Err())
	}
	second, err := feed.Follow(t.Context(), reader, ChangeFilter{}, -1)
	if err != nil {
		t.Fatal(err)
	}
	first.Stop()
	appendChanges(t, counted, 1, 3, false)
	if got := receive(second, 2); !slices.Equal(got, numbers(1, 3)) {
		t.Errorf("after the failure: %v", got)
	}
	second.Stop()
}
