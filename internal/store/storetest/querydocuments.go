package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// queriedDocuments returns documents in whose order many have the same time.
func queriedDocuments() (docs []store.Document) {
	states := []store.DocumentState{store.DocumentPresent, store.DocumentPresent, store.DocumentBroken, store.DocumentRemoved}
	zone := time.FixedZone("ahead", 2*3600)
	for i := range 70 {
		d := store.Document{ID: fmt.Sprintf("id-%02d", (i*37)%70), Company: fmt.Sprint("c", i%6), URL: fmt.Sprintf("https://x.example/%02d", i%30+i/30*30),
			Type: []string{"privacy_policy", "terms_of_service", "imprint"}[i%3], Language: []string{"en", "de"}[i/2%2], State: states[i%4], LastChanged: at(i % 7), NotLegal: i%10 == 9}
		if i%2 == 0 {
			d.LastChanged = d.LastChanged.In(zone)
		}
		docs = append(docs, d)
	}
	return docs
}

func documentQueries(t *testing.T, s store.Store) {
	docs := queriedDocuments()
	for _, d := range docs {
		must(t, s.PutDocument(t.Context(), store.Fence{}, d))
		if d.NotLegal {
			must(t, s.PutCorrection(t.Context(), store.Correction{DocumentID: d.ID, Company: d.Company, NotLegal: true}))
		}
	}
	for _, q := range []store.DocumentQuery{
		{},
		{IncludeNotLegal: true},
		{Companies: []string{"c1"}},
		{Companies: []string{"c4", "c1", "none"}},
		{Types: []string{"imprint"}},
		{Types: []string{"imprint", "privacy_policy"}, Languages: []string{"de"}},
		{Languages: []string{"en"}},
		{Languages: []string{"fi"}},
		{States: []store.DocumentState{store.DocumentRemoved}},
		{States: []store.DocumentState{store.DocumentRemoved, store.DocumentBroken}, Companies: []string{"c2", "c3"}},
		{ChangedSince: at(5)},
		{ChangedSince: at(3), Types: []string{"terms_of_service"}, Languages: []string{"en"}, States: []store.DocumentState{store.DocumentPresent}},
		{ChangedSince: at(3), Companies: []string{"c0", "c2"}, Types: []string{"privacy_policy", "imprint"}},
	} {
		for _, order := range []store.DocumentSort{store.SortByURL, store.SortByLastChanged} {
			q.Sort = order
			var got []string
			for _, d := range pagesOf(t, 4, func(p store.ListOptions) ([]store.Document, string, error) {
				q.ListOptions = p
				return s.QueryDocuments(t.Context(), q)
			}) {
				got = append(got, d.ID)
			}
			if want := selectedDocuments(docs, q); !slices.Equal(got, want) {
				t.Errorf("query %+v returned %v, want %v", q, got, want)
			}
		}
	}
}

// selectedDocuments returns the IDs of the documents that q selects, in its order.
func selectedDocuments(docs []store.Document, q store.DocumentQuery) (ids []string) {
	docs = slices.Clone(docs)
	slices.SortFunc(docs, func(a, b store.Document) int {
		if q.Sort == store.SortByLastChanged {
			return cmp.Or(b.LastChanged.Compare(a.LastChanged), cmp.Compare(b.ID, a.ID))
		}
		return cmp.Or(cmp.Compare(a.Company, b.Company), cmp.Compare(a.URL, b.URL))
	})
	for _, d := range docs {
		if isIn(q.Companies, d.Company) && isIn(q.Types, d.Type) && isIn(q.Languages, d.Language) && isIn(q.States, d.State) &&
			!d.LastChanged.Before(q.ChangedSince) && (q.IncludeNotLegal || !d.NotLegal) {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// isIn reports whether a list of a query selects a value.
func isIn[T comparable](list []T, value T) bool {
	return len(list) == 0 || slices.Contains(list, value)
}

func documentQueryBounds(t *testing.T, s store.Store) {
	many := make([]string, store.MaxQueryValues+1)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	if _, _, err := s.QueryDocuments(t.Context(), store.DocumentQuery{Types: many}); err == nil {
		t.Error("a query with too many types was accepted")
	}
	for _, order := range []store.DocumentSort{store.SortByURL, store.SortByLastChanged} {
		if _, _, err := s.QueryDocuments(t.Context(), store.DocumentQuery{Sort: order, Companies: many[1:], Types: many[1:], Languages: many[1:]}); err != nil {
			t.Errorf("a query with the maximum number of values: %v", err)
		}
		for _, token := range []string{"!", store.EncodeContinue("x")} {
			if _, _, err := s.QueryDocuments(t.Context(), store.DocumentQuery{Sort: order, ListOptions: store.ListOptions{Continue: token}}); err == nil {
				t.Errorf("the continue token %q was accepted", token)
			}
		}
	}
	if _, _, err := s.QueryDocuments(t.Context(), store.DocumentQuery{Sort: "Random"}); err == nil {
		t.Error("an unknown order was accepted")
	}
}
