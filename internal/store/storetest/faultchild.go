package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// faultTaskEnv is the environment variable that makes a child process execute a faultTask instead
// of WriteForever.
const faultTaskEnv = "CLAUSEA_STORETEST_FAULT_TASK"

// faultLease is the time after which a writer replaces another one that was killed. A writer does
// not renew its lease: only its epoch counts.
const faultLease = time.Second

// faultTask is what a child process of Faults does: it commits the planned commits of writers, and
// watches the feed.
type faultTask struct {
	Seed    uint64
	Writers int // number of planned writers
	Commits int // of all writers
	// From is the number of acknowledged commits by writer. The process commits the others.
	From map[int]int
	// After is the sequence after which a watch starts, by the name of the watch.
	After map[string]int64
}

// faultReport is a line of output of a child process: an acknowledged commit of a writer, or a
// change that a watch delivered.
type faultReport struct {
	Writer int           `json:",omitempty"`
	Watch  string        `json:",omitempty"`
	Change *store.Change `json:",omitempty"`
}

// RunChild is the program of a child process. It writes until it fails or is killed, and prints
// the acknowledged writes to w.
func RunChild(ctx context.Context, s store.Store, w io.Writer) error {
	task := os.Getenv(faultTaskEnv)
	if task == "" {
		return WriteForever(ctx, s, w)
	}
	go func() { // the end of the parent process ends this one
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
	var t faultTask
	if err := json.Unmarshal([]byte(task), &t); err != nil {
		return fmt.Errorf("read the task: %w", err)
	}
	return t.run(ctx, s, json.NewEncoder(&lineWriter{w: w}).Encode)
}

// run executes the task until it fails or the process is killed.
func (t faultTask) run(ctx context.Context, s store.Store, report func(any) error) error {
	failed := make(chan error)
	planned := plan(t.Seed, t.Writers, t.Commits)
	for writer, from := range t.From {
		go func() {
			if err := planned[writer].write(ctx, s, from, func() error { return report(faultReport{Writer: writer}) }); err != nil {
				failed <- fmt.Errorf("writer %d: %w", writer, err)
			}
		}()
	}
	for name, after := range t.After {
		go func() {
			failed <- fmt.Errorf("watch %s: %w", name, watchFeed(ctx, s, after, func(c store.Change) error { return report(faultReport{Watch: name, Change: &c}) }))
		}()
	}
	return <-failed
}

// watchFeed reports the changes after a sequence until the watch ends.
func watchFeed(ctx context.Context, s store.Store, after int64, report func(store.Change) error) error {
	w, err := s.WatchChanges(ctx, after)
	if err != nil {
		return err
	}
	defer w.Stop()
	for c := range w.Changes() {
		if err := report(c); err != nil {
			return err
		}
	}
	if err := w.Err(); err != nil {
		return fmt.Errorf("the watch ended: %w", err)
	}
	return errors.New("the watch ended")
}

// write commits the commits from a number on, as the holder of the lease of the writer.
func (p *plannedWriter) write(ctx context.Context, s store.Store, from int, acknowledge func() error) error {
	holder := fmt.Sprint(p.name, "/", os.Getpid())
	var lease store.Lease
	for {
		var err error
		if lease, err = s.AcquireLease(ctx, p.name, holder, faultLease); err == nil {
			break
		}
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
		select { // until the lease of the killed process expires
		case <-time.After(faultLease / 20):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	fence := store.Fence{LeaseName: lease.Name, Epoch: lease.Epoch}
	for i := from; i < len(p.commits); i++ {
		attempts := 1
		if p.repeated[i] {
			attempts = 2
		}
		for range attempts {
			c := p.commits[i]
			out, err := s.CommitDocument(ctx, fence, c)
			if err != nil {
				return fmt.Errorf("commit %d: %w", i, err)
			}
			if out.Created != c.Create || out.Document.ID != c.Document.ID || out.Version.ContentHash != c.Document.ContentHash {
				return fmt.Errorf("commit %d of %s returned %+v", i, c.Document.ID, out)
			}
		}
		if err := acknowledge(); err != nil {
			return err
		}
	}
	return nil
}
