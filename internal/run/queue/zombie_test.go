package queue

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
)

// moment is a write at which a worker stands still: the n-th of its kind.
type moment struct {
	kind string
	n    int
}

// The kinds of a run's writes.
const (
	runWrite        = "run"
	runEnd          = "run's end"
	checkpointWrite = "checkpoint"
	checkpointDrop  = "checkpoint drop"
	pageWrite       = "pages"
	pageDrop        = "page drop"
	documentWrite   = "document"
	versionWrite    = "version"
	snapshotWrite   = "snapshot"
)

// zombieMoments are one for each zombie, over all kinds of writes.
var zombieMoments = []moment{
	{runWrite, 1}, {runWrite, 2}, {runEnd, 1}, {checkpointDrop, 1}, {pageWrite, 1}, {pageDrop, 1},
	{checkpointWrite, 1}, {checkpointWrite, 2}, {checkpointWrite, 3}, {checkpointWrite, 5},
	{documentWrite, 1}, {documentWrite, 3}, {documentWrite, 6}, {documentWrite, 9},
	{versionWrite, 1}, {versionWrite, 2}, {versionWrite, 4}, {versionWrite, 8},
	{snapshotWrite, 1}, {snapshotWrite, 7},
}

// standstill is the store as a worker sees it that stands still just before one of
// its writes, and comes back. Nothing tells it that it lost its lease: its renewals
// bring no answer, and what it writes late goes out though its contexts have ended.
type standstill struct {
	store.Store
	at     moment
	still  chan struct{} // closed when it stands still
	resume chan struct{} // closed by the test

	mu    sync.Mutex
	made  map[string]int
	stood bool
	late  map[string][]error
}

func (s *standstill) write(ctx context.Context, kind string, do func(context.Context) error) error {
	s.mu.Lock()
	s.made[kind]++
	if !s.stood && kind == s.at.kind && s.made[kind] == s.at.n {
		s.stood = true
		close(s.still)
	}
	stood := s.stood
	s.mu.Unlock()
	if !stood {
		return do(ctx)
	}
	<-s.resume
	err := do(context.WithoutCancel(ctx))
	if errors.Is(err, errNothingToWrite) {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.late[kind] = append(s.late[kind], err)
	return err
}

var errNoAnswer = errors.New("no answer")

// errNothingToWrite is of a text that the successor had kept already.
var errNothingToWrite = errors.New("nothing to write")

func (s *standstill) RenewLease(_ context.Context, l store.Lease, _ time.Duration) (store.Lease, error) {
	return l, errNoAnswer
}

func (s *standstill) PutRun(ctx context.Context, r store.Run) error {
	kind := runWrite
	if r.State != store.RunRunning {
		kind = runEnd
	}
	return s.write(ctx, kind, func(ctx context.Context) error { return s.Store.PutRun(ctx, r) })
}

func (s *standstill) CompareAndSwapRun(ctx context.Context, r store.Run, from store.RunState) error {
	return s.write(ctx, runWrite, func(ctx context.Context) error { return s.Store.CompareAndSwapRun(ctx, r, from) })
}

func (s *standstill) PutCheckpoint(ctx context.Context, f store.Fence, id string, b []byte) error {
	return s.write(ctx, checkpointWrite, func(ctx context.Context) error { return s.Store.PutCheckpoint(ctx, f, id, b) })
}

func (s *standstill) DeleteCheckpoints(ctx context.Context, f store.Fence, id string) error {
	return s.write(ctx, checkpointDrop, func(ctx context.Context) error { return s.Store.DeleteCheckpoints(ctx, f, id) })
}

func (s *standstill) PutPages(ctx context.Context, f store.Fence, p []store.FetchedPage) error {
	return s.write(ctx, pageWrite, func(ctx context.Context) error { return s.Store.PutPages(ctx, f, p) })
}

func (s *standstill) DeleteStalePages(ctx context.Context, f store.Fence, company, id string) error {
	return s.write(ctx, pageDrop, func(ctx context.Context) error { return s.Store.DeleteStalePages(ctx, f, company, id) })
}

func (s *standstill) PutDocument(ctx context.Context, f store.Fence, d store.Document) error {
	return s.write(ctx, documentWrite, func(ctx context.Context) error { return s.Store.PutDocument(ctx, f, d) })
}

func (s *standstill) AppendVersion(ctx context.Context, f store.Fence, v store.Version, text string) (got store.Version, created bool, err error) {
	err = s.write(ctx, versionWrite, func(ctx context.Context) (e error) {
		if got, created, e = s.Store.AppendVersion(ctx, f, v, text); e == nil && !created {
			return errNothingToWrite
		}
		return e
	})
	if errors.Is(err, errNothingToWrite) {
		err = nil
	}
	return got, created, err
}

func (s *standstill) PutSnapshot(ctx context.Context, f store.Fence, company string, body []byte, like string) (hash string, err error) {
	err = s.write(ctx, snapshotWrite, func(ctx context.Context) (e error) {
		hash, e = s.Store.PutSnapshot(ctx, f, company, body, like)
		return e
	})
	return hash, err
}

func TestAWorkerThatWasThoughtDeadWritesNothingLateToTheEmbeddedStore(t *testing.T) {
	t.Parallel()
	zombies(t, newBed)
}

func TestAWorkerThatWasThoughtDeadWritesNothingLateToMongoDB(t *testing.T) {
	t.Parallel()
	uri := startMongo(t)
	zombies(t, func(t *testing.T) *bed {
		b := newBed(t)
		s := openMongo(t, uri)
		b.store, b.queue = s, &Queue{Runs: s}
		return b
	})
}

// startMongo starts a replica set for the test.
func startMongo(t *testing.T) (uri string) {
	t.Helper()
	mongod, err := replicaset.Find()
	if errors.Is(err, replicaset.ErrNoBinary) && os.Getenv("CI") == "" {
		t.Skipf("NOT TESTED on MongoDB: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	set, err := replicaset.Start(t.Context(), mongod, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	return set.URI
}

// openMongo opens a database of the test's own.
func openMongo(t *testing.T, uri string) store.Store {
	t.Helper()
	s, err := mongo.Open(t.Context(), uri, "test_"+rand.Text())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// atOnce is how many zombies there are at a time.
const atOnce = 10

// zombies lets a worker stand still at each of the moments.
func zombies(t *testing.T, open func(*testing.T) *bed) {
	slots := make(chan struct{}, atOnce)
	var mu sync.Mutex
	refused := map[string]int{}
	t.Run("at each moment", func(t *testing.T) {
		for _, m := range zombieMoments {
			t.Run(fmt.Sprint(m.kind, " ", m.n), func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				defer func() { <-slots }()
				late := zombie(t, open(t), m)
				mu.Lock()
				defer mu.Unlock()
				for kind, errs := range late {
					refused[kind] += len(errs)
				}
			})
		}
	})
	t.Logf("late writes that were refused, by kind: %v", refused)
	for _, kind := range []string{runWrite, runEnd, checkpointWrite, checkpointDrop, pageWrite, pageDrop, documentWrite, versionWrite, snapshotWrite} {
		if refused[kind] == 0 {
			t.Errorf("no late write of kind %q was tried", kind)
		}
	}
}

// zombie lets one worker stand still, another do its work, and the first come back;
// it gives what became of the first one's late writes.
func zombie(t *testing.T, b *bed, at moment) map[string][]error {
	t.Helper()
	s := &standstill{Store: b.store, at: at, still: make(chan struct{}), resume: make(chan struct{}), made: map[string]int{}, late: map[string][]error{}}
	comeBack := sync.OnceFunc(func() { close(s.resume) })
	t.Cleanup(comeBack)
	p := b.newPool(s, "zombie")
	p.Lease = time.Second
	stop := b.start(p)
	b.order("r1", 0)
	select {
	case <-s.still:
	case <-time.After(patience):
		t.Fatalf("the worker never came to its write %v; it made %v", at, s.made)
	}
	b.site.Advance() // what the zombie has in hand is old by now
	if at.kind == checkpointDrop {
		b.order("r2", 0) // of the first run all is done; the next one of the company takes the lease
	}
	end := b.pool("successor")
	for _, id := range []string{"r1", "r2"} {
		if _, err := b.queue.Observe(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			b.await(id, "completion by the successor", in(store.RunComplete))
		}
	}
	end() // when it has ended it has tidied up
	before := b.contents()
	comeBack()
	b.awaitIdle(p)
	stop()
	if after := b.contents(); after != before {
		t.Errorf("the zombie changed what is kept, from\n%s\nto\n%s", before, after)
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
		t.Error("the zombie wrote nothing late: nothing was shown")
	}
	return s.late
}

// awaitIdle waits until a pool crawls nothing.
func (b *bed) awaitIdle(p *Pool) {
	b.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		p.mu.Lock()
		n := len(p.mine)
		p.mu.Unlock()
		if n == 0 {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("the pool is still at work on %d runs", n)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// contents is all that the store has of the demo's company, as text.
func (b *bed) contents() string {
	b.t.Helper()
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
	ctx, p := b.t.Context(), store.ListOptions{Limit: store.MaxLimit}
	runs, _, err := b.store.ListRuns(ctx, demo.Domain, p)
	if err != nil {
		b.t.Fatal(err)
	}
	all.Runs, all.Checkpoints = runs, map[string]int{}
	for _, r := range runs {
		for _, id := range []string{r.ID, r.ID + "+1"} {
			blob, err := b.store.GetCheckpoint(ctx, id)
			if err == nil {
				all.Checkpoints[id] = len(blob)
			} else if !errors.Is(err, store.ErrNotFound) {
				b.t.Fatal(err)
			}
		}
	}
	docs, _, err := b.store.ListDocuments(ctx, demo.Domain, p)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, d := range docs {
		vs, _, err := b.store.ListVersions(ctx, d.ID, p)
		if err != nil {
			b.t.Fatal(err)
		}
		all.Histories = append(all.Histories, history{d, vs})
	}
	if all.Pages, _, err = b.store.ListPages(ctx, demo.Domain, p); err != nil {
		b.t.Fatal(err)
	}
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text)
}

var _ store.Store = (*standstill)(nil)
