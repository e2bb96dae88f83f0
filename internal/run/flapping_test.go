package run

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

const terms = "https://example.com/terms"

func TestADocumentThatAlternatesBetweenTextsIsFlapping(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	st, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close(t.Context()) })
	r := s.runner(t, st)
	var changed store.Document // after the last change that was reported
	for i, want := range []string{Created, Changed, Changed, Flapping, Flapping} {
		s.edition.Store(int32(i % 2))
		rep, err := execute(t.Context(), r, task(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := changes(rep)[terms]; got != "terms_of_service "+want {
			t.Fatalf("crawl %d: %s, want %s", i, got, want)
		}
		d, err := st.FindDocument(t.Context(), "example.com", terms)
		if err != nil || d.Versions != i+1 {
			t.Fatalf("crawl %d: %d versions, %v; each reversion is a version", i, d.Versions, err)
		}
		v, _, err := st.VersionText(t.Context(), d.ID, 0)
		if err != nil || v.Flapping != (want == Flapping) || v.ContentHash != d.ContentHash {
			t.Errorf("crawl %d: the version is %+v, %v", i, v, err)
		}
		switch {
		case want != Flapping:
			changed = d
		case rep.Run.Documents.Changed != 0:
			t.Errorf("crawl %d counts %+v", i, rep.Run.Documents)
		case !d.LastChanged.Equal(changed.LastChanged) || !d.LastFlapped.After(changed.LastChanged):
			t.Errorf("crawl %d: last changed %v, want %v; last flapped %v", i, d.LastChanged, changed.LastChanged, d.LastFlapped)
		}
	}
}

var errCut = errors.New("the worker was killed")

// A worker is killed before or after the commit of a document with a new version.
func TestAChangeIsReportedOnceIfTheWorkerIsKilled(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, st store.Store) {
		for name, cut := range map[string]func() Store{
			"after":  func() Store { return &lostResponse{st, terms} },
			"before": func() Store { return &unsentRequest{st, terms} },
		} {
			if err := st.DeleteCompany(t.Context(), testCompany); err != nil {
				t.Fatal(err)
			}
			s := newSite(t)
			crawlOnce(t, s.runner(t, st))
			s.edition.Store(1)
			rec := store.Run{ID: NewID(), Company: testCompany, CreatedAt: time.Now().UTC(), Task: []byte("{}")}
			rep, err := s.runner(t, cut()).Execute(t.Context(), task(), rec, acquireLease(t, st), nil)
			if !errors.Is(err, errCut) {
				t.Fatalf("%s the write: the killed run ended as %+v, %v", name, rep.Run, err)
			}
			if rep, err = s.runner(t, st).Execute(t.Context(), task(), rep.Run, acquireLease(t, st), nil); err != nil || rep.Run.State != store.RunComplete {
				t.Fatalf("%s the write: the resumed run ended as %+v, %v", name, rep.Run, err)
			}
			if got := changes(rep)[terms]; got != "terms_of_service Changed" {
				t.Errorf("%s the write: the resumed run reports %s", name, got)
			}
			d := find(t, st, "/terms")
			if d.Versions != 2 || !d.LastChanged.After(d.FirstSeen) || !d.UnchangedSince.Equal(d.LastChanged) {
				t.Errorf("%s the write: the document is %+v", name, d)
			}
			if got := feed(t, st, d.ID); !slices.Equal(got, []string{"Created 0-1", "Changed 1-2"}) {
				t.Errorf("%s the write: the feed has %v", name, got)
			}
		}
	})
}

// feed returns the changes of a document in the feed, oldest first, as kind and versions.
func feed(t *testing.T, st store.Store, documentID string) []string {
	t.Helper()
	list, _, err := st.ListChanges(t.Context(), store.ChangeQuery{DocumentIDs: []string{documentID}, Order: store.OldestFirst})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range list {
		out = append(out, fmt.Sprintf("%s %d-%d", c.Kind, c.From, c.To))
	}
	return out
}
