package storetest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func corrections(t *testing.T, s store.Store) {
	ctx := t.Context()
	d := commitText(t, s, store.Document{ID: "d", Company: "c", URL: "u", Type: "imprint", Confidence: 0.4, State: store.DocumentPresent, LastChanged: at(1)}, "The first text.")
	c := store.Correction{DocumentID: "d", Type: "privacy_policy", EffectiveDate: "2026-01-01", Author: "a@x.example", Note: "read it", At: at(2)}
	for range 2 {
		must(t, s.PutCorrection(ctx, c))
	}
	got, err := s.GetCorrection(ctx, "d")
	must(t, err)
	if got.Type != c.Type || got.Company != "c" || got.ContentHash != "The first text." || got.Author != c.Author || !got.At.Equal(c.At) {
		t.Errorf("the correction is %+v", got)
	}
	stored, err := s.GetDocument(ctx, "d")
	must(t, err)
	if stored.Type != "privacy_policy" || stored.Confidence != 1 || stored.EffectiveDate != "2026-01-01" {
		t.Errorf("the corrected document is %+v", stored)
	}
	checkSummaries(t, s)
	// It wins over the next commit, whose caller determined the values again.
	d.EffectiveDate = "2020-02-02"
	done, err := s.CommitDocument(ctx, store.Fence{}, store.Commit{Document: d})
	must(t, err)
	if done.Document.Type != "privacy_policy" || done.Document.EffectiveDate != "2026-01-01" {
		t.Errorf("the document after a commit is %+v", done.Document)
	}
	// The date applies to its text only.
	d.LastChanged = at(3)
	if d := commitText(t, s, d, "The second text."); d.Type != "privacy_policy" || d.EffectiveDate != "2020-02-02" {
		t.Errorf("the document with another text is %+v", d)
	}
	if hits := search(t, s, store.SearchQuery{Text: "second", Types: []string{"privacy_policy"}}); len(hits) != 1 {
		t.Errorf("%d documents are found by the corrected type", len(hits))
	}
	for range 2 {
		must(t, s.DeleteCorrection(ctx, "d"))
	}
	done, err = s.CommitDocument(ctx, store.Fence{}, store.Commit{Document: withHash(d, "The second text.")})
	must(t, err)
	if done.Document.Type != "imprint" {
		t.Errorf("without a correction the document is %+v", done.Document)
	}
	checkSummaries(t, s)
	if err := s.PutCorrection(ctx, store.Correction{DocumentID: "none"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("correct a document that does not exist: %v", err)
	}
	if _, err := s.GetCorrection(ctx, "none"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get a correction that does not exist: %v", err)
	}
}

func withHash(d store.Document, hash string) store.Document {
	d.ContentHash = hash
	return d
}

func notLegalDocuments(t *testing.T, s store.Store) {
	ctx := t.Context()
	for _, c := range []store.Correction{{DocumentID: "d", NotLegal: true}, {DocumentID: "d", SameAs: "other"}} {
		d := commitText(t, s, store.Document{ID: "d", Company: "c", URL: "u", Type: "imprint", State: store.DocumentPresent, LastChanged: at(5)}, "The only text.")
		commitText(t, s, store.Document{ID: "other", Company: "c", URL: "v", Type: "imprint", State: store.DocumentPresent, LastChanged: at(2)}, "Another.")
		must(t, s.PutCorrection(ctx, c))
		sum, err := s.GetCompany(ctx, "c")
		must(t, err)
		if sum.Documents != 1 || !sum.LastChanged.Equal(at(2)) {
			t.Errorf("the summary without the document is %+v", sum)
		}
		if hits := search(t, s, store.SearchQuery{Text: "only"}); len(hits) != 0 {
			t.Errorf("a document that is not legal is found: %+v", hits)
		}
		commitText(t, s, d, "The only text, changed.")
		if hits := search(t, s, store.SearchQuery{Text: "only"}); len(hits) != 0 {
			t.Errorf("a document that is not legal is found after a commit: %+v", hits)
		}
		must(t, s.DeleteCorrection(ctx, "d"))
		_, err = s.CommitDocument(ctx, store.Fence{}, store.Commit{Document: withHash(d, "The only text, changed.")})
		must(t, err)
		if hits := search(t, s, store.SearchQuery{Text: "only changed"}); len(hits) != 1 || hits[0].Document.NotLegal {
			t.Errorf("the document without a correction has the hits %+v", hits)
		}
		checkSummaries(t, s)
		must(t, s.DeleteCompany(ctx, "c"))
	}
}

func correctionPaging(t *testing.T, s store.Store) {
	for i := range 25 {
		d := store.Document{ID: fmt.Sprintf("d%02d", i), Company: fmt.Sprint("c", i%2), URL: fmt.Sprint(i)}
		must(t, s.PutDocument(t.Context(), store.Fence{}, d))
		must(t, s.PutCorrection(t.Context(), store.Correction{DocumentID: d.ID, Note: d.ID}))
	}
	list := func(company string) []store.Correction {
		return pagesOf(t, 4, func(p store.ListOptions) ([]store.Correction, string, error) {
			return s.ListCorrections(t.Context(), company, p)
		})
	}
	for i, c := range list("c0") {
		if want := fmt.Sprintf("d%02d", 2*i); c.DocumentID != want || c.Note != want || c.Company != "c0" {
			t.Errorf("correction %d is %+v", i, c)
		}
	}
	must(t, s.DeleteCompany(t.Context(), "c0"))
	if a, b := len(list("c0")), len(list("c1")); a != 0 || b != 12 {
		t.Errorf("%d corrections of the deleted company and %d of the other", a, b)
	}
}
