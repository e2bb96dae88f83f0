package retention

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// now is the time of every deletion.
var now = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func openStore(t *testing.T) store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// putRuns stores n runs of a company that ended one day after the other, the last one today.
func putRuns(t *testing.T, s store.Store, company string, n int) {
	t.Helper()
	for i := range n {
		at := now.AddDate(0, 0, i-n+1)
		r := store.Run{ID: fmt.Sprintf("%s-%04d", company, i), Company: company, State: store.RunComplete, CreatedAt: at, FinishedAt: at}
		if err := s.PutRun(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}

func countRuns(t *testing.T, s store.Store, company string) int {
	t.Helper()
	runs, _, err := s.QueryRuns(t.Context(), store.RunQuery{Companies: []string{company}, ListOptions: store.ListOptions{Limit: store.MaxLimit}})
	if err != nil {
		t.Fatal(err)
	}
	return len(runs)
}

func TestExpiredRunsOfAllCompaniesAreDeleted(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	putRuns(t, s, "many", 2*store.MaxExpiredRuns+20)
	putRuns(t, s, "few", 8)
	for i := range store.MaxLimit + 3 { // more companies than one page of the list
		putRuns(t, s, fmt.Sprintf("once-%03d", i), 1)
	}
	c := &Cleaner{Runs: s, Keep: 10, MaxAge: 5 * 24 * time.Hour, Log: logr.Discard()}
	// The runs of 6 days remain: the one of 5 days ago is not older than 5 days.
	if n, err := c.DeleteExpired(t.Context(), now); err != nil || n != 2*store.MaxExpiredRuns+20-6+2 {
		t.Errorf("deleted %d runs, %v", n, err)
	}
	for company, want := range map[string]int{"many": 6, "few": 6, "once-000": 1, "once-502": 1} {
		if n := countRuns(t, s, company); n != want {
			t.Errorf("%s has %d runs, want %d", company, n, want)
		}
	}
	if n, err := c.DeleteExpired(t.Context(), now.AddDate(10, 0, 0)); err != nil || n != 10 || countRuns(t, s, "few") != 1 {
		t.Errorf("after ten years: deleted %d runs, %v; the newest run of each company must remain", n, err)
	}
}

func TestExpiredRunsAreDeletedWhenTheProcessStarts(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	putRuns(t, s, "acme", 5)
	c := &Cleaner{Runs: s, Keep: 2, MaxAge: 100_000 * time.Hour, Log: logr.Discard()}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Start(ctx) }()
	for deadline := time.Now().Add(time.Minute); countRuns(t, s, "acme") != 2 && time.Now().Before(deadline); {
		<-time.After(10 * time.Millisecond)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := countRuns(t, s, "acme"); n != 2 {
		t.Errorf("%d runs remain, want 2", n)
	}
}
