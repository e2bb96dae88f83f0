package storetest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

// WriterEnv is the environment variable that makes a test binary, started as a child process,
// write to the store that it names until it is killed. TestMain then calls RunChild.
const WriterEnv = "CLAUSEA_STORETEST_WRITER"

// crashWriters is the number of concurrent writers.
const crashWriters = 4

// WriteForever commits documents with their versions and changes concurrently until an error occurs or the
// process ends. It prints the ID of every acknowledged document to w, one per line.
func WriteForever(ctx context.Context, s store.Store, w io.Writer) error {
	_, n, err := s.Counts(ctx)
	if err != nil {
		return err
	}
	lines := &lineWriter{w: w}
	errs := make(chan error)
	for i := range crashWriters {
		go func() { errs <- writeForever(ctx, s, lines, fmt.Sprintf("doc-%d-%d", n, i)) }()
	}
	return <-errs
}

// lineWriter serializes the lines of several writers.
type lineWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lineWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func writeForever(ctx context.Context, s store.Store, w io.Writer, name string) error {
	for i := 0; ; i++ {
		id := fmt.Sprintf("%s-%d", name, i)
		c := newCommit("c", id, "r", store.ChangeCreated, textOf(id))
		c.Versions[0].Snapshot = []byte(textOf(id))
		if _, err := s.CommitDocument(ctx, store.Fence{}, c); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(w, id); err != nil {
			return err
		}
	}
}

func textOf(id string) string { return strings.Repeat("The text of "+id+". ", 500) }

// Crash kills a writing process with SIGKILL in each round, after an increasing number of
// writes, and verifies that all acknowledged writes are stored and intact, and that the feed has
// one change for each stored document.
func Crash(t *testing.T, rounds int, uri string, open func(*testing.T) store.Store) {
	t.Helper()
	acknowledged := map[string]bool{}
	for round := range rounds {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), WriterEnv+"="+uri)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			acknowledged[lines.Text()] = true
			if n == 3+11*round {
				must(t, cmd.Process.Kill())
			}
		}
		_ = cmd.Wait()
		s := open(t)
		for id := range acknowledged {
			if _, err := s.GetDocument(t.Context(), id); err != nil {
				t.Fatalf("round %d: acknowledged document %s: %v", round, id, err)
			}
			if _, text, err := s.VersionText(t.Context(), id, 1); err != nil || text != textOf(id) {
				t.Fatalf("round %d: acknowledged text of %s: %v, intact %v", round, id, err, text == textOf(id))
			}
		}
		checkFeedIsComplete(t, s)
		must(t, s.Close(t.Context()))
	}
	if len(acknowledged) < rounds {
		t.Fatalf("only %d writes were acknowledged in %d rounds: the test is inconclusive", len(acknowledged), rounds)
	}
}

// checkFeedIsComplete verifies that every document has one change, with its version and snapshot,
// and that there are no others.
func checkFeedIsComplete(t *testing.T, s store.Store) {
	t.Helper()
	changes := map[string]int{}
	for _, c := range allChanges(t, s, store.ChangeQuery{}) {
		changes[c.DocumentID]++
	}
	docs := pagesOf(t, store.MaxLimit, func(p store.ListOptions) ([]store.Document, string, error) {
		return s.ListDocuments(t.Context(), "c", p)
	})
	for _, d := range docs {
		v, _, err := s.VersionText(t.Context(), d.ID, 0)
		if err == nil {
			_, err = s.GetSnapshot(t.Context(), "c", v.SnapshotHash)
		}
		if changes[d.ID] != 1 || err != nil {
			t.Errorf("%s has %d changes, want 1; its version and snapshot: %v", d.ID, changes[d.ID], err)
		}
	}
	if len(changes) != len(docs) {
		t.Errorf("there are changes of %d documents, and %d documents", len(changes), len(docs))
	}
}
