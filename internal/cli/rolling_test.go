package cli

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/store"
)

// A new version is started while the old one crawls; then the old one is asked to end.
func TestARollingOverlapOfTwoProcessesStartsNothingTwice(t *testing.T) {
	t.Parallel()
	mongod, err := replicaset.Find()
	if errors.Is(err, replicaset.ErrNoBinary) && os.Getenv("CI") == "" {
		t.Skipf("NOT TESTED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	set, err := replicaset.Start(t.Context(), mongod, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	uri := strings.Replace(set.URI, "/?", "/rolling?", 1)
	s, _, err := openAt(t.Context(), uri, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	// More than it takes to begin with wait until both are there: however long the second
	// one takes to start, there is something to do for both.
	const companies, early, crawls = 10, 5, 3
	w := newTown(t, companies)
	k := order(t, s, w.names[:early], 100*time.Millisecond)

	old := startStandalone(t, w, uri, "--crawls", "3")
	old.await(t, "crawls", func() bool { return w.requests() > stormPages })
	next := startStandalone(t, w, uri, "--crawls", "3")
	port := next.port(t)
	next.await(t, "readiness", func() bool { status, _ := ready(port); return status == http.StatusOK })
	both := w.requests()
	order(t, s, w.names[early:], 100*time.Millisecond)
	next.await(t, "crawls by both", func() bool { return w.requests() > both+stormPages })
	old.term(t)
	if err := old.endWhole(); err != nil {
		t.Error(err)
	}
	awaitComplete(t, k, companies)
	for _, name := range w.names {
		runs, _, err := s.ListRuns(t.Context(), name, store.ListOptions{})
		if err != nil || len(runs) != 1 {
			t.Errorf("%s was crawled by %d runs, %v", name, len(runs), err)
		}
	}
	again, pages := w.again()
	t.Logf("%d pages of %d companies, %d fetched again", pages, companies, again)
	if again > crawls || pages != companies*stormPages {
		t.Errorf("%d pages of %d were fetched, %d of them again: more than were in flight", pages, companies*stormPages, again)
	}
	checkDocuments(t, s, w)
	next.term(t)
	if err := next.endWhole(); err != nil {
		t.Error(err)
	}
}
