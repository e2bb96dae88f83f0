package run

import (
	"context"
	"errors"
	"testing"

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

// cutStore fails to write a document after its version was saved, like a worker that is
// killed between the two writes.
type cutStore struct {
	store.Store
	at string
}

func (s *cutStore) PutDocument(ctx context.Context, f store.Fence, d store.Document) error {
	if d.URL == s.at && d.Versions > 1 {
		return errCut
	}
	return s.Store.PutDocument(ctx, f, d)
}

func TestAChangeIsReportedIfAKilledWorkerSavedItsVersion(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	st, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close(t.Context()) })
	if _, err := execute(t.Context(), s.runner(t, st), task(), nil); err != nil {
		t.Fatal(err)
	}
	s.edition.Store(1)
	if rep, err := execute(t.Context(), s.runner(t, &cutStore{st, terms}), task(), nil); !errors.Is(err, errCut) || rep.Run.State != store.RunFailed {
		t.Fatalf("the killed run: %v, %+v", err, rep.Run)
	}
	d, err := st.FindDocument(t.Context(), "example.com", terms)
	if err != nil || d.Versions != 1 {
		t.Fatalf("after the kill the document has %d versions, %v", d.Versions, err)
	}
	rep, err := execute(t.Context(), s.runner(t, st), task(), nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err = st.FindDocument(t.Context(), "example.com", terms)
	if err != nil {
		t.Fatal(err)
	}
	v, _, err := st.VersionText(t.Context(), d.ID, 0)
	if got := changes(rep)[terms]; got != "terms_of_service Changed" {
		t.Errorf("the next run reports %s", got)
	}
	if err != nil || v.Number != 2 || d.Versions != 2 || d.ContentHash != v.ContentHash || !d.LastChanged.After(d.FirstSeen) {
		t.Errorf("after the next run: version %d, document %+v, %v", v.Number, d, err)
	}
}
