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
// write to the store that it names until it is killed. TestMain then calls WriteForever.
const WriterEnv = "CLAUSEA_STORETEST_WRITER"

// crashWriters is the number of concurrent writers.
const crashWriters = 4

// WriteForever writes documents and their versions concurrently until an error occurs or the
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
		d := store.Document{ID: id, Company: "c", URL: "https://x.example/" + id}
		if _, _, err := s.CreateDocument(ctx, store.Fence{}, d, store.Version{ContentHash: id, FetchedAt: at(i)}, textOf(id)); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(w, id); err != nil {
			return err
		}
	}
}

func textOf(id string) string { return strings.Repeat("The text of "+id+". ", 500) }

// Crash kills a writing process with SIGKILL in each round, after an increasing number of
// writes, and verifies that all acknowledged writes are stored and intact.
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
		must(t, s.Close(t.Context()))
	}
	if len(acknowledged) < rounds {
		t.Fatalf("only %d writes were acknowledged in %d rounds: the test is inconclusive", len(acknowledged), rounds)
	}
}
