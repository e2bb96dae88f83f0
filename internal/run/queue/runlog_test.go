package queue

import (
	"bytes"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

// logLines collects the lines of a logger at info.
type logLines struct {
	mu  sync.Mutex
	out bytes.Buffer
}

// Write implements io.Writer.
func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(p)
}

// about returns the lines about runs.
func (l *logLines) about(t *testing.T) (lines []map[string]any) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for d := json.NewDecoder(bytes.NewReader(l.out.Bytes())); d.More(); {
		var line map[string]any
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line["runID"] != nil {
			lines = append(lines, line)
		}
	}
	return lines
}

// messages returns the messages of lines.
func messages(lines []map[string]any) (out []any) {
	for _, l := range lines {
		out = append(out, l["message"])
	}
	return out
}

// newLoggedFixture returns a fixture whose queue logs to lines, and a pool that does too.
func newLoggedFixture(t *testing.T) (*fixture, *Pool, *logLines) {
	t.Helper()
	f, lines := newFixture(t), &logLines{}
	log, err := telemetry.NewLogger(telemetry.LogOptions{Level: "info", Format: telemetry.FormatJSON, Out: lines})
	if err != nil {
		t.Fatal(err)
	}
	f.queue.Log = log
	p := f.newPool(f.store, "a")
	p.Log, p.Runner.Log = log, log
	return f, p, lines
}

func TestEachChangeOfARunIsLoggedOnce(t *testing.T) {
	t.Parallel()
	f, p, lines := newLoggedFixture(t)
	release := f.site.Hold(8)
	f.enqueue("r")
	stop := f.start(p)
	f.await("r", "progress", fetching)
	if _, err := f.queue.Signal(t.Context(), "r", runner.SignalSuspend); err != nil {
		t.Fatal(err)
	}
	f.await("r", "suspension", in(store.RunInterrupted))
	release()
	f.enqueue("r")
	f.await("r", "completion", in(store.RunComplete))
	stop()
	got := lines.about(t)
	if want := []any{"run queued", "run started", "run interrupted", "run queued", "run resumed", "run finished"}; !slices.Equal(messages(got), want) {
		t.Fatalf("the lines are %v", got)
	}
	for _, l := range got {
		if l["level"] != "info" || l["company"] != demo.Domain || l["runID"] != "r" || l["attempt"] == nil {
			t.Errorf("the line %v does not identify the run", l)
		}
	}
	last := got[len(got)-1]
	if last["reason"] == "" || last["pages"] == 0.0 || last["documents"] == 0.0 || last["duration"] == "0s" {
		t.Errorf("the last line is %v", last)
	}
}

func TestATakeoverIsLogged(t *testing.T) {
	t.Parallel()
	f, p, lines := newLoggedFixture(t)
	f.enqueue("r")
	lost, err := f.store.GetRun(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	lost.State, lost.Worker, lost.Attempts, lost.Heartbeat = store.RunRunning, "killed", 1, time.Now().Add(-time.Hour)
	if err := f.store.PutRun(t.Context(), lost); err != nil {
		t.Fatal(err)
	}
	stop := f.start(p)
	f.await("r", "completion", in(store.RunComplete))
	stop()
	got := lines.about(t)
	if want := []any{"run queued", "run taken over", "run finished"}; !slices.Equal(messages(got), want) || got[1]["from"] != "killed" || got[1]["attempt"] != 2.0 {
		t.Errorf("the lines are %v", got)
	}
}

func TestARetryIsLoggedWithItsCauseAndTime(t *testing.T) {
	t.Parallel()
	f, _, lines := newLoggedFixture(t)
	failed := store.Run{ID: "r", Company: demo.Domain, State: store.RunFailed, StopReason: "SiteUnreachable", Message: "Could not reach the site.", Attempts: 1}
	if err := f.store.PutRun(t.Context(), failed); err != nil {
		t.Fatal(err)
	}
	next := time.Now().Add(time.Minute).UTC()
	if _, err := f.queue.Ensure(t.Context(), runner.RunSpec{RunID: "r", Company: demo.Domain, NotBefore: next}); err != nil {
		t.Fatal(err)
	}
	got := lines.about(t)
	if len(got) != 1 || got[0]["message"] != "run retrying" || got[0]["cause"] != "SiteUnreachable: Could not reach the site." || got[0]["at"] != next.Format(time.RFC3339Nano) {
		t.Errorf("the lines are %v", got)
	}
}
