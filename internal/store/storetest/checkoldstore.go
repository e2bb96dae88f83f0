package storetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// CheckOldStore verifies that a migrated store has all content of o, and that it can be written.
func CheckOldStore(t *testing.T, s store.Store, o *OldStore) {
	t.Helper()
	docs := o.wantDocuments(t)
	checkOldDocuments(t, s, docs)
	checkOldVersions(t, s, o)
	checkOldSearch(t, s, o, docs)
	checkOldSummaries(t, s, o, docs)
	checkOldRuns(t, s, o)
	checkOldPages(t, s, o)
	for key, want := range o.bodies {
		company, hash, _ := strings.Cut(key, "#")
		if body, err := s.GetSnapshot(t.Context(), company, hash); err != nil || !bytes.Equal(body, want) {
			t.Errorf("snapshot %s has %d bytes, want %d: %v", key, len(body), len(want), err)
		}
	}
	for _, want := range o.Objects {
		got, err := s.GetObject(t.Context(), want.ObjectKey)
		if err != nil || string(got.JSON) != string(want.JSON) || got.UID != want.UID || got.ResourceVersion != want.ResourceVersion || len(got.Labels) != len(want.Labels) {
			t.Errorf("%s %s is %+v, want %+v: %v", want.Kind, want.Name, got, want, err)
		}
	}
	if n, err := s.LatestChange(t.Context()); err != nil || n != 0 {
		t.Errorf("the migration appended change %d, %v", n, err)
	}
	continueOldStore(t, s, o, docs[0])
}

// same reports whether both values have the same JSON.
func same(t *testing.T, a, b any) bool {
	t.Helper()
	x, err := json.Marshal(a)
	must(t, err)
	y, err := json.Marshal(b)
	must(t, err)
	return bytes.Equal(x, y)
}

// decodeAs returns the value of type T that has the fields of an old record.
func decodeAs[T any](t *testing.T, record map[string]any) (v T) {
	t.Helper()
	b, err := json.Marshal(record)
	must(t, err)
	must(t, json.Unmarshal(b, &v))
	return v
}

// wantDocuments returns the documents as they are after the migration.
func (o *OldStore) wantDocuments(t *testing.T) []store.Document {
	t.Helper()
	docs := make([]store.Document, len(o.Documents))
	for i, record := range o.Documents {
		removed := decodeAs[struct{ RemovedAt time.Time }](t, record).RemovedAt
		d := decodeAs[store.Document](t, record)
		d.State, d.LastChecked, d.UnchangedSince = store.DocumentPresent, d.LastSeen, d.LastChanged
		if !removed.IsZero() {
			d.State, d.StateSince, d.LastChecked = store.DocumentRemoved, removed, removed
		}
		docs[i] = d
	}
	return docs
}

func checkOldDocuments(t *testing.T, s store.Store, docs []store.Document) {
	t.Helper()
	for _, want := range docs {
		d, err := s.GetDocument(t.Context(), want.ID)
		if err != nil || !same(t, d, want) {
			t.Errorf("document %s is %+v, want %+v: %v", want.ID, d, want, err)
		}
		if d, err := s.FindDocument(t.Context(), want.Company, want.URL); err != nil || d.ID != want.ID {
			t.Errorf("the document at %s is %s, want %s: %v", want.URL, d.ID, want.ID, err)
		}
	}
	for _, q := range []store.DocumentQuery{
		{}, {Companies: []string{"c1.example"}}, {Types: []string{"imprint", ""}}, {Languages: []string{"de"}}, {States: []store.DocumentState{store.DocumentRemoved}},
		{ChangedSince: at(320)}, {Companies: []string{"c2.example"}, States: []store.DocumentState{store.DocumentPresent}, Sort: store.SortByLastChanged},
	} {
		matches := func(d store.Document) bool {
			in := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
			return in(q.Companies, d.Company) && in(q.Types, d.Type) && in(q.Languages, d.Language) && (len(q.States) == 0 || slices.Contains(q.States, d.State)) &&
				!d.LastChanged.Before(q.ChangedSince)
		}
		var want, got []string
		for _, d := range docs {
			if matches(d) {
				want = append(want, d.ID)
			}
		}
		for _, d := range pagesOf(t, 10, func(p store.ListOptions) ([]store.Document, string, error) {
			q.ListOptions = p
			return s.QueryDocuments(t.Context(), q)
		}) {
			got = append(got, d.ID)
		}
		slices.Sort(got)
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("the query %+v returns %v, want %v", q, got, want)
		}
	}
}

func checkOldVersions(t *testing.T, s store.Store, o *OldStore) {
	t.Helper()
	for _, record := range o.Versions {
		want := decodeAs[store.Version](t, record)
		v, text, err := s.VersionText(t.Context(), want.DocumentID, want.Number)
		if err != nil || !same(t, v, want) || text != o.texts[want.DocumentID][want.Number-1] {
			t.Errorf("version %d of %s is %+v, want %+v, with a text of %d bytes: %v", want.Number, want.DocumentID, v, want, len(text), err)
		}
		if v, err := s.VersionAt(t.Context(), want.DocumentID, want.FetchedAt); err != nil || v.Number != want.Number {
			t.Errorf("version %d of %s is not found by its time: %d, %v", want.Number, want.DocumentID, v.Number, err)
		}
	}
	for id, texts := range o.texts {
		all := pagesOf(t, 10, func(p store.ListOptions) ([]store.Version, string, error) { return s.ListVersions(t.Context(), id, p) })
		if len(all) != len(texts) || all[0].Number != len(texts) {
			t.Errorf("%s has %d versions, want %d", id, len(all), len(texts))
		}
	}
}

func checkOldSearch(t *testing.T, s store.Store, o *OldStore, docs []store.Document) {
	t.Helper()
	for i, d := range docs {
		n := len(o.texts[d.ID])
		if got := searchIDs(t, s, store.SearchQuery{Text: fmt.Sprintf("doc%dv%d", i, n)}); got != d.ID {
			t.Errorf("the newest text of %s is found in %q", d.ID, got)
		}
		if got := searchIDs(t, s, store.SearchQuery{Text: fmt.Sprintf("doc%dv%d", i, n-1)}); got != "" {
			t.Errorf("the previous text of %s is found in %q", d.ID, got)
		}
	}
	if all := search(t, s, store.SearchQuery{Text: "ubersicht7"}); len(all) != len(docs) {
		t.Errorf("the common words are found in %d documents, want %d", len(all), len(docs))
	}
}

func checkOldSummaries(t *testing.T, s store.Store, o *OldStore, docs []store.Document) {
	t.Helper()
	for i := range oldCompanies {
		want := store.CompanySummary{Name: oldCompany(i)}
		for _, d := range docs {
			if d.Company == want.Name {
				want.Add(d, 1)
			}
		}
		for _, record := range o.Runs {
			if r := decodeAs[store.Run](t, record); r.Company == want.Name && r.Ended() {
				want.LastCrawl = store.NewCrawlSummary(r)
			}
		}
		got, err := s.GetCompany(t.Context(), want.Name)
		if err != nil || !equalSummaries(got, want) || !same(t, got.LastCrawl, want.LastCrawl) {
			t.Errorf("the summary of %s is %+v, want %+v: %v", want.Name, got, want, err)
		}
	}
	if all := queryCompanies(t, s, 3, store.CompanyQuery{}); len(all) != oldCompanies {
		t.Errorf("there are %d summaries, want %d", len(all), oldCompanies)
	}
}
