package run

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

func TestTheRecorderSavesAVersionForEachChangeOfTheText(t *testing.T) {
	t.Parallel()
	s := testStorage(t)
	r := testRecorder(s, testIdentity(s))
	id := ""           // chosen at the first step
	var seen time.Time // the last time at which the text was found, by run
	run := ""
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for n, c := range []struct {
		text, change string
		versions     int
	}{
		{termsText, Created, 1},
		{termsText, Unchanged, 1},
		{termsText + "\n\nDisputes are decided by arbitration in Lisbon.", Changed, 2},
		{"# Terms of Service", Broken, 2},
	} {
		day = day.AddDate(0, 0, 1)
		r.storage.runID = fmt.Sprint("r", n)
		p := &crawl.Page{URL: oldURL, Body: []byte(c.text), FetchedAt: day, Path: []string{oldURL}}
		f, err := r.saveDocument(t.Context(), p, testDocument("terms_of_service", c.text))
		if err != nil {
			t.Fatal(err)
		}
		if f.Change != c.change || f.Versions != c.versions {
			t.Errorf("step %d: %s with %d versions, want %s with %d", n, f.Change, f.Versions, c.change, c.versions)
		}
		if id == "" {
			id = f.ID
		}
		if c.change != Broken {
			seen, run = day, r.storage.runID
		}
		stored, err := s.store.FindDocument(t.Context(), s.company, oldURL)
		if err != nil || stored.ID != id || f.ID != id || stored.ContentHash != f.ContentHash || stored.RunID != run || !stored.LastSeen.Equal(seen) {
			t.Errorf("step %d: stored %+v, %v", n, stored, err)
		}
	}
	v, text, err := s.store.VersionText(t.Context(), id, 0)
	if err != nil || v.Number != 2 || !strings.Contains(text, "Lisbon") {
		t.Errorf("the newest version is %+v, %v", v, err)
	}
	if body, err := s.store.GetSnapshot(t.Context(), s.company, v.SnapshotHash); err != nil || !strings.Contains(string(body), "Lisbon") {
		t.Errorf("its snapshot is %q, %v", body, err)
	}
}

func TestAMovedDocumentKeepsItsIDAndRemembersItsFormerURL(t *testing.T) {
	t.Parallel()
	s := testStorage(t)
	i := testIdentity(s)
	r := testRecorder(s, i)
	addKnown(t, i, store.Document{ID: "d1", URL: oldURL, Type: "terms_of_service"}, termsText)
	i.recordOutcome(crawl.Outcome{Kind: crawl.OutcomeFailed, URL: oldURL, Reason: crawl.SkipNotFound, Status: 404})
	f, err := r.saveDocument(t.Context(), &crawl.Page{URL: newURL, FetchedAt: time.Now()}, testDocument("terms_of_service", termsText))
	if err != nil || f.ID != "d1" || f.Change != Moved || len(f.FormerURLs) != 1 || f.FormerURLs[0] != oldURL {
		t.Errorf("got %+v, %v", f, err)
	}
}

func TestARemovedDocumentIsRestoredByANotModifiedResponse(t *testing.T) {
	t.Parallel()
	s := testStorage(t)
	r := testRecorder(s, testIdentity(s))
	now := time.Now().UTC().Truncate(time.Millisecond)
	f, err := r.saveFailure(t.Context(), Found{Document: store.Document{ID: "d1", Company: s.company, URL: oldURL}, Change: Removed, Reason: crawl.SkipNotFound}, now)
	if err != nil || f.State != store.DocumentRemoved || !f.StateSince.Equal(now) || f.StateReason != "not_found" || f.RunID != s.runID {
		t.Fatalf("removed: %+v, %v", f, err)
	}
	if f, err := r.saveUnmodified(t.Context(), f.Document, now.Add(time.Hour)); err != nil || f.Change != Restored {
		t.Fatalf("unmodified: %+v, %v", f, err)
	}
	stored, err := s.store.GetDocument(t.Context(), "d1")
	if err != nil || stored.State != store.DocumentPresent || !stored.LastSeen.Equal(now.Add(time.Hour)) {
		t.Errorf("stored %+v, %v", stored, err)
	}
}
