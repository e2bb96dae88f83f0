package run

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// lostResponse is a store that commits the document at a URL but returns an error, as if the
// response was lost or the worker was killed just after the write.
type lostResponse struct {
	Store
	at string
}

func (s *lostResponse) CommitDocument(ctx context.Context, f store.Fence, c store.Commit) (store.Committed, error) {
	done, err := s.Store.CommitDocument(ctx, f, c)
	if err == nil && c.Document.URL == s.at {
		return store.Committed{}, errCut
	}
	return done, err
}

// unsentRequest is a store to which the commit of the document at a URL is never sent.
type unsentRequest struct {
	Store
	at string
}

func (s *unsentRequest) CommitDocument(ctx context.Context, f store.Fence, c store.Commit) (store.Committed, error) {
	if c.Document.URL == s.at {
		return store.Committed{}, errCut
	}
	return s.Store.CommitDocument(ctx, f, c)
}

func TestAKillWhileADocumentIsCreatedDoesNotCreateItTwice(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, st store.Store) {
		for name, cut := range map[string]Store{"after": &lostResponse{st, termsURL}, "before": &unsentRequest{st, termsURL}} {
			if err := st.DeleteCompany(t.Context(), testCompany); err != nil {
				t.Fatal(err)
			}
			w := newWeb(t, map[string]string{"/": home("/terms", "Terms of Service"), "/terms": policy("Terms of Service")})
			rec := store.Run{ID: NewID(), Company: testCompany, CreatedAt: time.Now().UTC(), Task: []byte("{}")}
			rep, err := w.runner(t, cut).Execute(t.Context(), task(), rec, acquireLease(t, st), nil)
			if !errors.Is(err, errCut) {
				t.Fatalf("%s the write: the killed run ended as %+v, %v", name, rep.Run, err)
			}
			if rep, err = w.runner(t, st).Execute(t.Context(), task(), rep.Run, acquireLease(t, st), nil); err != nil || rep.Run.State != store.RunComplete {
				t.Fatalf("%s the write: the resumed run ended as %+v, %v", name, rep.Run, err)
			}
			checkHistory(t, st, 1, find(t, st, "/terms").ID, termsURL, "terms of service")
		}
	})
}

// IDs that earlier releases derived from the company and the first URL remain valid.
func TestIDsOfExistingDocumentsAreNotRecomputed(t *testing.T) {
	t.Parallel()
	const derived = "9f08c327eb37de88f7e1" // of example.com and https://example.com/terms
	s := testStorage(t)
	i := testIdentity(s)
	r := testRecorder(s, i)
	addKnown(t, i, store.Document{ID: derived, URL: movedURL, FormerURLs: []string{termsURL}, Type: "terms_of_service"}, termsText)
	for url, want := range map[string]string{movedURL: Unchanged, termsURL: Created} {
		text := termsText
		if want == Created {
			text = "# Refund Policy\n\nYou may return an item within thirty days."
		}
		f, err := r.saveDocument(t.Context(), &crawl.Page{URL: url, FetchedAt: time.Now()}, testDocument("terms_of_service", text))
		if err != nil || f.Change != want || (f.ID == derived) != (url == movedURL) {
			t.Errorf("the page at %s is %+v, %v, want %s", url, f, err, want)
		}
	}
	checkHistory(t, s.store, 2, derived, movedURL, "terms")
	if err := r.storage.store.DeleteCompany(t.Context(), s.company); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.store.VersionText(t.Context(), derived, 0); !isNotFound(err) {
		t.Errorf("the version of a deleted document: %v", err)
	}
}

// A document that another page of the run created meanwhile is updated, not replaced.
func TestADocumentThatAppearsDuringItsCreationIsUpdated(t *testing.T) {
	t.Parallel()
	s := testStorage(t)
	created := testRecorder(s, testIdentity(s))
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	first, err := created.saveDocument(t.Context(), &crawl.Page{URL: oldURL, FetchedAt: day}, testDocument("terms_of_service", termsText))
	if err != nil || first.Change != Created {
		t.Fatalf("the first page is %+v, %v", first, err)
	}
	blind := s
	blind.store = &blindStore{Store: s.store}
	late := testRecorder(blind, testIdentity(blind))
	f, err := late.saveDocument(t.Context(), &crawl.Page{URL: oldURL, FetchedAt: day.AddDate(0, 0, 1)}, testDocument("terms_of_service", termsText+"\n\nDisputes are decided by arbitration in Lisbon."))
	if err != nil || f.ID != first.ID || f.Change != Changed || f.Versions != 2 {
		t.Errorf("the second page is %+v, %v", f, err)
	}
	checkHistory(t, s.store, 1, first.ID, oldURL, "law of Portugal", "Lisbon")
}

// blindStore finds no document by its URL, as a store does just before another writer
// creates one.
type blindStore struct{ Store }

func (*blindStore) FindDocument(context.Context, string, string) (store.Document, error) {
	return store.Document{}, store.ErrNotFound
}
