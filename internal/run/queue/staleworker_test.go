package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/store"
)

// hangPoint is the write before which a worker hangs: the n-th of its kind.
type hangPoint struct {
	kind string
	n    int
}

// The kinds of a run's writes.
const (
	runWrite         = "run"
	runEnd           = "run's end"
	checkpointWrite  = "checkpoint"
	checkpointDelete = "checkpoint deletion"
	pageWrite        = "pages"
	pageDelete       = "page deletion"
	creationWrite    = "document creation"
	documentWrite    = "document"
	versionWrite     = "version"
)

// hangPoints has an entry for each stale worker. It covers all kinds of writes.
var hangPoints = []hangPoint{
	{runWrite, 1}, {runWrite, 2}, {runEnd, 1}, {checkpointDelete, 1}, {pageWrite, 1}, {pageDelete, 1},
	{checkpointWrite, 1}, {checkpointWrite, 2}, {checkpointWrite, 3}, {checkpointWrite, 5},
	{creationWrite, 1}, {creationWrite, 3}, {creationWrite, 6}, {creationWrite, 9},
	{documentWrite, 1}, {documentWrite, 4}, {documentWrite, 8}, {versionWrite, 1},
}

// hangingStore is the store of a worker that hangs before one of its writes and wakes up
// later. The worker does not learn that it has lost its lease: its renewals get no
// response, and its late writes are sent although their contexts are cancelled.
type hangingStore struct {
	store.Store
	at     hangPoint
	hangs  chan struct{} // closed when the worker hangs
	resume chan struct{} // closed by the test

	mu     sync.Mutex
	writes map[string]int
	hung   bool
	late   map[string][]error
}

func (s *hangingStore) write(ctx context.Context, kind string, do func(context.Context) error) error {
	s.mu.Lock()
	s.writes[kind]++
	if !s.hung && kind == s.at.kind && s.writes[kind] == s.at.n {
		s.hung = true
		close(s.hangs)
	}
	hung := s.hung
	s.mu.Unlock()
	if !hung {
		return do(ctx)
	}
	<-s.resume
	err := do(context.WithoutCancel(ctx))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.late[kind] = append(s.late[kind], err)
	return err
}

var errNoResponse = errors.New("no response")

func (s *hangingStore) RenewLease(_ context.Context, l store.Lease, _ time.Duration) (store.Lease, error) {
	return l, errNoResponse
}

func (s *hangingStore) PutRun(ctx context.Context, r store.Run) error {
	kind := runWrite
	if r.State != store.RunRunning {
		kind = runEnd
	}
	return s.write(ctx, kind, func(ctx context.Context) error { return s.Store.PutRun(ctx, r) })
}

func (s *hangingStore) CompareAndSwapRun(ctx context.Context, r store.Run, from store.RunState) error {
	return s.write(ctx, runWrite, func(ctx context.Context) error { return s.Store.CompareAndSwapRun(ctx, r, from) })
}

func (s *hangingStore) PutCheckpoint(ctx context.Context, f store.Fence, id string, b []byte) error {
	return s.write(ctx, checkpointWrite, func(ctx context.Context) error { return s.Store.PutCheckpoint(ctx, f, id, b) })
}

func (s *hangingStore) DeleteCheckpoints(ctx context.Context, f store.Fence, id string) error {
	return s.write(ctx, checkpointDelete, func(ctx context.Context) error { return s.Store.DeleteCheckpoints(ctx, f, id) })
}

func (s *hangingStore) PutPages(ctx context.Context, f store.Fence, p []store.FetchedPage) error {
	return s.write(ctx, pageWrite, func(ctx context.Context) error { return s.Store.PutPages(ctx, f, p) })
}

func (s *hangingStore) ExpirePages(ctx context.Context, f store.Fence, company string, keep int) error {
	return s.write(ctx, pageDelete, func(ctx context.Context) error { return s.Store.ExpirePages(ctx, f, company, keep) })
}

func (s *hangingStore) CommitDocument(ctx context.Context, f store.Fence, c store.Commit) (done store.Committed, err error) {
	at := documentWrite
	if c.Create {
		at = creationWrite
	} else if len(c.Versions) > 0 {
		at = versionWrite
	}
	err = s.write(ctx, at, func(ctx context.Context) (e error) {
		done, e = s.Store.CommitDocument(ctx, f, c)
		return e
	})
	return done, err
}

func TestLateWritesOfAStaleWorkerAreFencedOnTheEmbeddedStore(t *testing.T) {
	t.Parallel()
	staleWorkers(t, newFixture)
}

func TestLateWritesOfAStaleWorkerAreFencedOnMongoDB(t *testing.T) {
	t.Parallel()
	uri := startMongo(t)
	staleWorkers(t, func(t *testing.T) *fixture {
		f := newFixture(t)
		s := openMongo(t, uri)
		f.store, f.queue = s, &Queue{Runs: s}
		return f
	})
}

// maxStaleWorkers is how many stale workers are tested at a time.
const maxStaleWorkers = 10

// staleWorkers tests a stale worker for each of the hangPoints.
func staleWorkers(t *testing.T, open func(*testing.T) *fixture) {
	if testing.Short() {
		t.Skip("takes long")
	}
	slots := make(chan struct{}, maxStaleWorkers)
	var mu sync.Mutex
	refused := map[string]int{}
	t.Run("at each write", func(t *testing.T) {
		for _, at := range hangPoints {
			t.Run(fmt.Sprint(at.kind, " ", at.n), func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				defer func() { <-slots }()
				late := staleWorker(t, open(t), at)
				mu.Lock()
				defer mu.Unlock()
				for kind, errs := range late {
					refused[kind] += len(errs)
				}
			})
		}
	})
	t.Logf("rejected late writes by kind: %v", refused)
	for _, kind := range []string{runWrite, runEnd, checkpointWrite, checkpointDelete, pageWrite, pageDelete, creationWrite, documentWrite, versionWrite} {
		if refused[kind] == 0 {
			t.Errorf("no stale worker tried a late write of kind %q", kind)
		}
	}
}

// staleWorker makes a worker hang, lets another take over its run, and wakes the first one
// up. It returns the errors of the late writes of the first one, by kind.
func staleWorker(t *testing.T, f *fixture, at hangPoint) map[string][]error {
	t.Helper()
	s := &hangingStore{Store: f.store, at: at, hangs: make(chan struct{}), resume: make(chan struct{}), writes: map[string]int{}, late: map[string][]error{}}
	wakeUp := sync.OnceFunc(func() { close(s.resume) })
	t.Cleanup(wakeUp)
	change := f.site.Advance
	if at.kind == documentWrite || at.kind == versionWrite {
		f.crawlFirstState()
		change = f.site.Revert
	}
	p := f.newPool(s, "stale")
	p.Runner.LeaseDuration = time.Second
	stop := f.start(p)
	f.enqueue("r1")
	select {
	case <-s.hangs:
	case <-time.After(timeout):
		t.Fatalf("the worker did not reach write %v", at)
	}
	change() // now the stale worker has outdated pages
	if at.kind == checkpointDelete {
		f.enqueue("r2") // the first run is done: the next run of the company claims the lease
	}
	end := f.startPool("successor")
	for _, id := range []string{"r1", "r2"} {
		if _, err := f.store.GetRun(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			f.await(id, "completion by the successor", in(store.RunComplete))
		}
	}
	end() // wait for its cleanup
	before := f.contents()
	wakeUp()
	f.awaitIdle(p)
	stop()
	if after := f.contents(); after != before {
		t.Errorf("the stale worker changed the store from\n%s\nto\n%s", before, after)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for kind, errs := range s.late {
		for _, err := range errs {
			n++
			if !errors.Is(err, store.ErrFenced) {
				t.Errorf("a late write of kind %q: %v", kind, err)
			}
		}
	}
	if n == 0 {
		t.Error("the stale worker tried no late write")
	}
	return s.late
}

// crawlFirstState crawls the first state of the site and switches it to the second, so that
// the next run updates known documents.
func (f *fixture) crawlFirstState() {
	f.t.Helper()
	f.enqueue("r0")
	end := f.startPool("first")
	f.await("r0", "completion", in(store.RunComplete))
	end()
	f.site.Advance()
}

// awaitIdle waits until a pool executes no run.
func (f *fixture) awaitIdle(p *Pool) {
	f.t.Helper()
	for deadline := time.Now().Add(timeout); ; {
		p.mu.Lock()
		n := len(p.active)
		p.mu.Unlock()
		if n == 0 {
			return
		}
		if time.Now().After(deadline) {
			f.t.Fatalf("the pool still executes %d runs", n)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// contents returns all records of the demo company as text.
func (f *fixture) contents() string {
	f.t.Helper()
	type history struct {
		Document store.Document
		Versions []store.Version
	}
	var all struct {
		Runs        []store.Run
		Histories   []history
		Pages       []store.FetchedPage
		Checkpoints map[string]int
	}
	ctx, p := f.t.Context(), store.ListOptions{Limit: store.MaxLimit}
	runs, _, err := f.store.QueryRuns(ctx, store.RunQuery{Companies: []string{demo.Domain}, ListOptions: p})
	if err != nil {
		f.t.Fatal(err)
	}
	all.Runs, all.Checkpoints = runs, map[string]int{}
	for _, r := range runs {
		pages, _, err := f.store.QueryPages(ctx, store.PageQuery{RunID: r.ID, ListOptions: p})
		if err != nil {
			f.t.Fatal(err)
		}
		all.Pages = append(all.Pages, pages...)
		for _, id := range []string{r.ID, r.ID + "+1"} {
			blob, err := f.store.GetCheckpoint(ctx, id)
			if err == nil {
				all.Checkpoints[id] = len(blob)
			} else if !errors.Is(err, store.ErrNotFound) {
				f.t.Fatal(err)
			}
		}
	}
	docs, _, err := f.store.ListDocuments(ctx, demo.Domain, p)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, d := range docs {
		vs, _, err := f.store.ListVersions(ctx, d.ID, p)
		if err != nil {
			f.t.Fatal(err)
		}
		all.Histories = append(all.Histories, history{d, vs})
	}
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		f.t.Fatal(err)
	}
	return string(text)
}

var _ store.Store = (*hangingStore)(nil)
