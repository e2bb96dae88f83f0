package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// newDocument returns a new document and its first version.
func newDocument(id, url string) (store.Document, store.Version) {
	return store.Document{ID: id, Company: "c", URL: url, Type: "refund_policy", ContentHash: "h-" + id, FirstSeen: at(1), LastSeen: at(1), RunID: "r"},
		store.Version{ContentHash: "h-" + id, FetchedAt: at(1), URL: url, RunID: "r"}
}

func documentCreation(t *testing.T, s store.Store) {
	const url = "https://x.example/terms"
	d, v := newDocument("new", url)
	text := strings.Repeat("Refunds are paid within thirty days. ", 200)
	for range 2 { // as a caller does that received no response
		got, created, err := s.CreateDocument(t.Context(), store.Fence{}, d, v, text)
		must(t, err)
		if !created || got.ID != d.ID || got.URL != url || got.Versions != 1 || got.ContentHash != d.ContentHash || !got.FirstSeen.Equal(d.FirstSeen) {
			t.Fatalf("created %t: %+v", created, got)
		}
	}
	// Another document at the URL does not replace it, and leaves no version.
	other, ov := newDocument("other", url)
	got, created, err := s.CreateDocument(t.Context(), store.Fence{}, other, ov, "Another text.")
	must(t, err)
	if created || got.ID != d.ID || got.ContentHash != d.ContentHash {
		t.Errorf("created %t: %+v, want the document that has the URL", created, got)
	}
	createdDocumentIsComplete(t, s, d, text)
}

// createdDocumentIsComplete checks the first version of a created document, that the document that
// was not created has none, and that a second version can follow.
func createdDocumentIsComplete(t *testing.T, s store.Store, d store.Document, text string) {
	t.Helper()
	for _, n := range []int{0, 1} {
		if v, read, err := s.VersionText(t.Context(), d.ID, n); err != nil || v.Number != 1 || v.DocumentID != d.ID || !v.Keyframe || read != text {
			t.Errorf("version %d is %+v, %v, equal text %t", n, v, err, read == text)
		}
	}
	if _, _, err := s.VersionText(t.Context(), "other", 0); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a document that was not created has a version: %v", err)
	}
	// The document continues like any other.
	if v, created, err := s.AppendVersion(t.Context(), store.Fence{}, store.Version{DocumentID: d.ID, ContentHash: "h2", FetchedAt: at(2)}, text+"More."); err != nil || !created || v.Number != 2 {
		t.Errorf("the next version is %+v, %v", v, err)
	}
	if _, read, err := s.VersionText(t.Context(), d.ID, 2); err != nil || read != text+"More." {
		t.Errorf("its text is wrong: %v", err)
	}
}

// documentAtFormerURL creates a document at a URL that another one had before.
func documentAtFormerURL(t *testing.T, s store.Store) {
	const url, movedTo = "https://x.example/terms", "https://x.example/legal/agreement"
	old, v := newDocument("old", url)
	_, _, err := s.CreateDocument(t.Context(), store.Fence{}, old, v, "The terms.")
	must(t, err)
	old.URL, old.FormerURLs, old.Versions = movedTo, []string{url}, 1
	must(t, s.PutDocument(t.Context(), store.Fence{}, old))
	d, dv := newDocument("new", url)
	if _, created, err := s.CreateDocument(t.Context(), store.Fence{}, d, dv, "The refunds."); err != nil || !created {
		t.Fatalf("created %t, %v", created, err)
	}
	for id, want := range map[string]string{"old": movedTo, "new": url} {
		got, err := s.FindDocument(t.Context(), "c", want)
		must(t, err)
		if got.ID != id {
			t.Errorf("the document at %s is %s, want %s", want, got.ID, id)
		}
	}
	if _, text, err := s.VersionText(t.Context(), "old", 0); err != nil || text != "The terms." {
		t.Errorf("the text of the moved document is %q, %v", text, err)
	}
	// An ID that is in use at another URL is not used again.
	again, av := newDocument("old", "https://x.example/third")
	if got, _, err := s.CreateDocument(t.Context(), store.Fence{}, again, av, "A third text."); err == nil {
		t.Errorf("an ID was used again: %+v", got)
	}
	if d, err := s.GetDocument(t.Context(), "old"); err != nil || d.URL != movedTo {
		t.Errorf("the moved document is %+v, %v", d, err)
	}
	if _, text, err := s.VersionText(t.Context(), "old", 0); err != nil || text != "The terms." {
		t.Errorf("the text of the moved document is %q, %v", text, err)
	}
}

// documentCreationContention creates documents at one URL concurrently, without a fence and
// under the fence of one lease.
func documentCreationContention(t *testing.T, s store.Store) {
	l, err := s.AcquireLease(t.Context(), "run/c", "owner", time.Hour)
	must(t, err)
	for url, f := range map[string]store.Fence{"https://x.example/a": {}, "https://x.example/b": {LeaseName: l.Name, Epoch: l.Epoch}} {
		var wg sync.WaitGroup
		var won atomic.Int32
		ids := make([]string, 20)
		for i := range ids {
			wg.Go(func() {
				d, v := newDocument(fmt.Sprint(url, "#", i), url)
				got, created, err := s.CreateDocument(t.Context(), f, d, v, "text of "+d.ID)
				if err != nil {
					t.Errorf("create a document at %s: %v", url, err)
				}
				if created {
					won.Add(1)
				}
				ids[i] = got.ID
			})
		}
		wg.Wait()
		d, err := s.FindDocument(t.Context(), "c", url)
		must(t, err)
		for _, id := range ids {
			if id != d.ID {
				t.Errorf("a creator was told that the document at %s is %s, want %s", url, id, d.ID)
			}
		}
		if won.Load() != 1 {
			t.Errorf("%d of %d creators succeeded at %s", won.Load(), len(ids), url)
		}
		if _, text, err := s.VersionText(t.Context(), d.ID, 0); err != nil || text != "text of "+d.ID {
			t.Errorf("the text of the document is %q, %v", text, err)
		}
	}
	if _, n, err := s.Counts(t.Context()); err != nil || n != 2 {
		t.Errorf("%d documents, %v, want 2", n, err)
	}
}
