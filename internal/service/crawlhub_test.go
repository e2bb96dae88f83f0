package service

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// countedRuns counts the reads of runs and of their logs.
type countedRuns struct {
	store.Store
	reads atomic.Int64
}

func (s *countedRuns) GetRun(ctx context.Context, id string) (store.Run, error) {
	s.reads.Add(1)
	return s.Store.GetRun(ctx, id)
}

func (s *countedRuns) ListRunEvents(ctx context.Context, id string, after int64, limit int) ([]store.RunEvent, error) {
	s.reads.Add(1)
	return s.Store.ListRunEvents(ctx, id, after, limit)
}

func (s *countedRuns) WatchRunEvents(ctx context.Context, id string, after int64) (store.RunEventWatch, error) {
	s.reads.Add(1)
	return s.Store.WatchRunEvents(ctx, id, after)
}

// newFollowed returns the crawls of a store that has a running crawl "r1" with three events.
func newFollowed(t *testing.T) (*Crawls, *countedRuns) {
	t.Helper()
	s, resources := newStored(t)
	counted := &countedRuns{Store: s}
	crawls := &Crawls{Guard: NewGuard(s, logr.Discard()), Store: counted, Resources: resources}
	crawls.hub.refreshed = time.Hour // only the log causes reads
	putFollowed(t, s, store.RunRunning)
	appendRunEvents(t, s, 0, store.RunStateChanged, store.RunDocumentFound, store.RunHostPaused)
	return crawls, counted
}

// putFollowed stores the run "r1" in a state.
func putFollowed(t *testing.T, s store.Store, state store.RunState) {
	t.Helper()
	run := store.Run{ID: "r1", Company: "acme", State: state, CreatedAt: time.Now().Add(-time.Minute)}
	if state == store.RunComplete {
		run.FinishedAt = time.Now()
	}
	if err := s.PutRun(t.Context(), run); err != nil {
		t.Fatal(err)
	}
}

// appendRunEvents appends events to "r1", whose numbers follow n.
func appendRunEvents(t *testing.T, s store.Store, n int, types ...store.RunEventType) {
	t.Helper()
	var events []store.RunEvent
	for i, kind := range types {
		e := store.RunEvent{ID: fmt.Sprint(n + i + 1), At: time.Now(), Type: kind}
		if kind == store.RunStateChanged {
			e.Reason = string(store.RunRunning)
			if n > 0 {
				e.Reason = string(store.RunComplete)
			}
		}
		events = append(events, e)
	}
	if err := s.AppendRunEvents(t.Context(), store.Fence{}, "r1", events); err != nil {
		t.Fatal(err)
	}
}

// followAll follows "r1" n times until it ends, and returns what each follower received.
func followAll(t *testing.T, crawls *Crawls, s store.Store, n int) []string {
	t.Helper()
	received := make([]string, n)
	var all, joined sync.WaitGroup
	for i := range n {
		joined.Add(1)
		all.Go(func() {
			e, err := crawls.Events(t.Context(), reader, "r1", int64(i%2))
			joined.Done()
			if err != nil {
				t.Error(err)
				return
			}
			var got []string
			if err := e.Follow(t.Context(), func(e CrawlEvent) bool {
				name := string(e.Kind)
				if e.Logged != nil {
					name = fmt.Sprint(e.Logged.Sequence)
				}
				got = append(got, name)
				return true
			}); err != nil {
				t.Error(err)
			}
			received[i] = strings.Join(got, " ")
		})
	}
	joined.Wait()
	putFollowed(t, s, store.RunComplete)
	appendRunEvents(t, s, 3, store.RunVersionStored, store.RunStateChanged)
	all.Wait()
	return received
}

func TestFiftyFollowersOfACrawlCostTheStoreNoMoreThanFive(t *testing.T) {
	t.Parallel()
	reads := map[int]int64{}
	for _, n := range []int{5, 50} {
		crawls, counted := newFollowed(t)
		for i, got := range followAll(t, crawls, counted.Store, n) {
			want := "crawl 1 2 3 4 5 end"
			if i%2 == 1 {
				want = "crawl 2 3 4 5 end"
			}
			if got != want {
				t.Errorf("follower %d of %d received %q, want %q", i, n, got, want)
			}
		}
		reads[n] = counted.reads.Load()
		if len(crawls.hub.crawls) > 0 {
			t.Errorf("the watch remains after the last of %d followers", n)
		}
	}
	if reads[50] > reads[5]+2 {
		t.Errorf("50 followers used %d reads, 5 followers %d", reads[50], reads[5])
	}
}

func TestASlowFollowerDoesNotDelayOthersAndMissesNoEvent(t *testing.T) {
	t.Parallel()
	crawls, counted := newFollowed(t)
	slow, err := crawls.Events(t.Context(), reader, "r1", 0)
	if err != nil {
		t.Fatal(err)
	}
	release, done := make(chan struct{}), make(chan int)
	go func() {
		events := 0
		_ = slow.Follow(t.Context(), func(e CrawlEvent) bool {
			<-release
			if e.Logged != nil {
				events++
			}
			return true
		})
		done <- events
	}()
	for _, got := range followAll(t, crawls, counted.Store, 3) {
		if !strings.HasSuffix(got, "2 3 4 5 end") {
			t.Errorf("a follower beside a slow one received %q", got)
		}
	}
	close(release)
	if n := <-done; n != 5 {
		t.Errorf("the slow follower received %d events, want 5", n)
	}
}

func TestAFollowerThatLeavesDoesNotEndTheOthers(t *testing.T) {
	t.Parallel()
	crawls, counted := newFollowed(t)
	ctx, cancel := context.WithCancel(t.Context())
	first, err := crawls.Events(ctx, reader, "r1", 0)
	if err != nil {
		t.Fatal(err)
	}
	left := make(chan error)
	seen := make(chan struct{}, 10)
	go func() { left <- first.Follow(ctx, func(CrawlEvent) bool { seen <- struct{}{}; return true }) }()
	<-seen
	second, err := crawls.Events(t.Context(), reader, "r1", 0)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-left; err != nil {
		t.Error(err)
	}
	putFollowed(t, counted.Store, store.RunComplete)
	appendRunEvents(t, counted.Store, 3, store.RunStateChanged)
	var last CrawlEvent
	if err := second.Follow(t.Context(), func(e CrawlEvent) bool { last = e; return true }); err != nil || last.Kind != CrawlEventEnd {
		t.Errorf("the last event is %+v, %v", last, err)
	}
}

func TestTheEventsOfNoCrawlAreNotFound(t *testing.T) {
	t.Parallel()
	crawls, _ := newFollowed(t)
	_, err := crawls.Events(t.Context(), reader, "r2", 0)
	if !problem.IsCode(err, problem.NotFound) {
		t.Errorf("the error is %v", err)
	}
	if len(crawls.hub.crawls) > 0 {
		t.Error("a watch remains")
	}
}

// failingRuns is a store whose runs cannot be watched.
type failingRuns struct{ *countedRuns }

func (failingRuns) WatchRunEvents(context.Context, string, int64) (store.RunEventWatch, error) {
	return nil, errors.New("the store is down")
}

func TestFollowersLearnThatTheStoreFailed(t *testing.T) {
	t.Parallel()
	crawls, counted := newFollowed(t)
	crawls.Store = failingRuns{counted}
	e, err := crawls.Events(t.Context(), reader, "r1", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Follow(t.Context(), func(CrawlEvent) bool { return true }); err == nil || !strings.Contains(err.Error(), "watch the events of run r1: the store is down") {
		t.Errorf("the error is %v", err)
	}
	crawls.Store = counted
	again, err := crawls.Events(t.Context(), reader, "r1", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Follow(t.Context(), func(e CrawlEvent) bool { return e.Kind != CrawlEventLogged }); err != nil {
		t.Errorf("after the failure: %v", err)
	}
}
