package cli

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/store"
)

// The new process starts while the old one crawls. Then the old one receives SIGTERM.
func TestRollingUpdateDoesNotStartARunTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	t.Parallel()
	mongod, err := replicaset.Find()
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
	// The second half of the CrawlJobs is created once both processes are ready, so both have
	// work no matter how long the second one takes to start.
	const companies, early, crawls = 10, 5, 3
	w := newTestSites(t, companies)
	k := createCrawlJobs(t, s, w.names[:early], 100*time.Millisecond)

	old := startStandalone(t, w, uri, "--max-concurrent-crawls", "3")
	old.waitUntil(t, "crawls", func() bool { return w.pageRequests() > sitePages })
	next := startStandalone(t, w, uri, "--max-concurrent-crawls", "3")
	port := next.port(t)
	next.waitUntil(t, "readiness", func() bool { status, _ := getReadyz(port); return status == http.StatusOK })
	before := w.pageRequests()
	createCrawlJobs(t, s, w.names[early:], 100*time.Millisecond)
	next.waitUntil(t, "crawls by both", func() bool { return w.pageRequests() > before+sitePages })
	old.terminate(t)
	if err := old.waitForCleanExit(); err != nil {
		t.Error(err)
	}
	waitForCompletion(t, k, companies)
	for _, name := range w.names {
		runs, _, err := s.QueryRuns(t.Context(), store.RunQuery{Companies: []string{name}})
		if err != nil || len(runs) != 1 {
			t.Errorf("%s has %d runs, %v", name, len(runs), err)
		}
	}
	again, pages := w.refetched()
	t.Logf("%d pages of %d companies, %d fetched again", pages, companies, again)
	if again > crawls || pages != companies*sitePages {
		t.Errorf("%d of %d pages were fetched, %d were fetched again, which is more than were in flight", pages, companies*sitePages, again)
	}
	checkDocuments(t, s, w)
	next.terminate(t)
	if err := next.waitForCleanExit(); err != nil {
		t.Error(err)
	}
}
