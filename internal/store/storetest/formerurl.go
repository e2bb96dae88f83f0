package storetest

import (
	"testing"

	"github.com/clausea/crawler/internal/store"
)

// commitAtFormerURL creates a document at a URL that another one had before.
func commitAtFormerURL(t *testing.T, s store.Store) {
	old := newCommit("c", "old", "r1", store.ChangeCreated, "The terms.")
	url := old.Document.URL
	commit(t, s, old)
	moved := newCommit("c", "old", "r2", store.ChangeMoved, "The terms.")
	moved.Document.URL, moved.Document.FormerURLs, moved.Versions = "https://x.example/legal/agreement", []string{url}, nil
	commit(t, s, moved)
	created := newCommit("c", "new", "r2", store.ChangeCreated, "The refunds.")
	created.Document.URL = url
	if out := commit(t, s, created); !out.Created {
		t.Fatalf("the commit returned %+v", out)
	}
	for id, want := range map[string]string{"old": moved.Document.URL, "new": url} {
		got, err := s.FindDocument(t.Context(), "c", want)
		must(t, err)
		if got.ID != id {
			t.Errorf("the document at %s is %s, want %s", want, got.ID, id)
		}
	}
	if _, text, err := s.VersionText(t.Context(), "old", 0); err != nil || text != "The terms." {
		t.Errorf("the text of the moved document is %q, %v", text, err)
	}
}
