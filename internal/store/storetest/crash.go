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

// WriterEnv names the store that a test binary, started again as a child, is to
// write to until it is killed; its TestMain calls WriteForever then.
const WriterEnv = "CLAUSEA_STORETEST_WRITER"

// crashWriters write at once.
const crashWriters = 4

// WriteForever writes documents and their versions, several at once, and says each
// acknowledged one on w, a line each, until an error or the end of the process.
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

// lineWriter writes whole lines of several writers.
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
		if _, _, err := s.AppendVersion(ctx, store.Fence{}, store.Version{DocumentID: id, ContentHash: id, FetchedAt: at(i)}, textOf(id)); err != nil {
			return err
		}
		if err := s.PutDocument(ctx, store.Fence{}, store.Document{ID: id, Company: "c", URL: "https://x.example/" + id, Versions: 1}); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(w, id); err != nil {
			return err
		}
	}
}

func textOf(id string) string { return strings.Repeat("The text of "+id+". ", 500) }

// Crash kills a writing process with SIGKILL, rounds times after a growing number
// of writes, and checks each time that all it acknowledged is there and whole.
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
				t.Fatalf("round %d: %s was acknowledged: %v", round, id, err)
			}
			if _, text, err := s.VersionText(t.Context(), id, 1); err != nil || text != textOf(id) {
				t.Fatalf("round %d: the text of %s: %v, whole %v", round, id, err, text == textOf(id))
			}
		}
		must(t, s.Close(t.Context()))
	}
	if len(acknowledged) < rounds {
		t.Fatalf("only %d writes were acknowledged in %d rounds: nothing was shown", len(acknowledged), rounds)
	}
}
