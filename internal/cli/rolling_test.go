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
	w := newTestSites(t, companies)
	k := createCrawlJobs(t, s, w.names[:early], 100*time.Millisecond)

	old := startStandalone(t, w, uri, "--crawls", "3")
	old.waitUntil(t, "crawls", func() bool { return w.pageRequests() > sitePages })
	next := startStandalone(t, w, uri, "--crawls", "3")
	port := next.port(t)
	next.waitUntil(t, "readiness", func() bool { status, _ := getReadyz(port); return status == http.StatusOK })
	both := w.pageRequests()
	createCrawlJobs(t, s, w.names[early:], 100*time.Millisecond)
	next.waitUntil(t, "crawls by both", func() bool { return w.pageRequests() > both+sitePages })
	old.terminate(t)
	if err := old.waitForCleanExit(); err != nil {
		t.Error(err)
	}
	waitForCompletion(t, k, companies)
	for _, name := range w.names {
		runs, _, err := s.ListRuns(t.Context(), name, store.ListOptions{})
		if err != nil || len(runs) != 1 {
			t.Errorf("%s was crawled by %d runs, %v", name, len(runs), err)
		}
	}
	again, pages := w.refetched()
	t.Logf("%d pages of %d companies, %d fetched again", pages, companies, again)
	if again > crawls || pages != companies*sitePages {
		t.Errorf("%d pages of %d were fetched, %d of them again: more than were in flight", pages, companies*sitePages, again)
	}
	checkDocuments(t, s, w)
	next.terminate(t)
	if err := next.waitForCleanExit(); err != nil {
		t.Error(err)
	}
}
