package records

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// open opens an empty store.
func open(t *testing.T) store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// put stores documents of the company legal/acme.
func put(t *testing.T, s store.Store, documents ...store.Document) {
	t.Helper()
	for i, d := range documents {
		d.Company, d.URL = "legal/acme", fmt.Sprint("https://acme.example/", i)
		if err := s.PutDocument(t.Context(), store.Fence{}, d); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSummaryCountsTypesAndCoversTheExpectedOnes(t *testing.T) {
	t.Parallel()
	s := open(t)
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	put(t, s,
		store.Document{ID: "a", Type: "privacy_policy", Confidence: 0.6, LastChanged: day(1)},
		store.Document{ID: "b", Type: "privacy_policy", Confidence: 0.9, LastChanged: day(2)},
		store.Document{ID: "c", Type: "imprint", Confidence: 0.7, LastChanged: day(3)},
		store.Document{ID: "d", Type: "eula", Confidence: 0.9, LastChanged: day(4), State: store.DocumentRemoved},
		store.Document{ID: "e", Type: "cookie_policy", LastChanged: day(1), State: store.DocumentUnreachable},
		store.Document{ID: "f", Type: "subprocessors", Confidence: 0.9, LastChanged: day(1), State: store.DocumentBroken},
		store.Document{ID: "g", Type: "privacy_policy", Confidence: 1, LastChanged: day(1), State: store.DocumentBroken})
	runs := []store.Run{
		{ID: "r1", CreatedAt: day(1), Coverage: []store.Coverage{{Type: "eula", Reason: "NotLinked"}}},
		{ID: "r2", CreatedAt: day(2), Coverage: []store.Coverage{{Type: "eula", Reason: "Robots"}}},
		{ID: "r3", CreatedAt: day(3)}, // has not ended
	}
	for _, r := range runs {
		r.Company = "legal/acme"
		if err := s.PutRun(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	sum, err := Records{Store: s}.Summarize(t.Context(), "legal/acme", []v1alpha1.DocumentType{"privacy_policy", "eula", "cookie_policy", "subprocessors"})
	if err != nil {
		t.Fatal(err)
	}
	if sum.Count != 6 || len(sum.Types) != 4 || sum.Types[1].Type != "imprint" || sum.Types[2].Count != 3 || !sum.LastChange.Equal(day(4)) {
		t.Errorf("the summary is %+v", sum)
	}
	want := []v1alpha1.Coverage{
		{Type: "privacy_policy", State: v1alpha1.CoverageFound, DocumentID: "b", URL: "https://acme.example/1"},
		{Type: "eula", State: v1alpha1.CoverageMissing, Reason: v1alpha1.MissingRobots},
		{Type: "cookie_policy", State: v1alpha1.CoverageMissing, Reason: v1alpha1.MissingUnreachable, DocumentID: "e", URL: "https://acme.example/4"},
		{Type: "subprocessors", State: v1alpha1.CoverageMissing, Reason: v1alpha1.MissingBroken, DocumentID: "f", URL: "https://acme.example/5"},
	}
	if !slices.Equal(sum.Coverage, want) {
		t.Errorf("the coverage is %+v, want %+v", sum.Coverage, want)
	}
}

func TestSummaryOfACompanyWithoutRecords(t *testing.T) {
	t.Parallel()
	sum, err := Records{Store: open(t)}.Summarize(t.Context(), "legal/acme", []v1alpha1.DocumentType{"eula"})
	if err != nil || sum.Count != 0 || !sum.LastChange.IsZero() || len(sum.Coverage) != 1 || sum.Coverage[0].State != v1alpha1.CoverageMissing {
		t.Errorf("the summary is %+v, %v", sum, err)
	}
}

func TestDeleteRemovesTheRecordsOfOneCompany(t *testing.T) {
	t.Parallel()
	s := open(t)
	put(t, s, store.Document{ID: "a", Type: "imprint"})
	for range 2 {
		if err := (Records{Store: s}).Delete(t.Context(), "legal/acme"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.GetDocument(t.Context(), "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the document after the deletion: %v", err)
	}
}
