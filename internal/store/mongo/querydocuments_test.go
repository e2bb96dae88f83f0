package mongo

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// fillDocuments inserts n documents, 300 a company. Few are removed or in Finnish.
func fillDocuments(t *testing.T, s *Store, n int) {
	t.Helper()
	rows := make([]document, n)
	for i := range rows {
		d := store.Document{ID: fmt.Sprintf("d%06d", i*7919%n), Company: fmt.Sprintf("c%05d", i/300), URL: fmt.Sprintf("https://x.example/%06d", i), Type: fmt.Sprint("type-", i%20),
			Language: []string{"de", "en", "en"}[i%3], State: store.DocumentPresent, NotLegal: i%100 == 7, LastChanged: time.Unix(1_700_000_000+int64(i*7%n/3), 0), Title: strings.Repeat("x", 1500)}
		if i%5000 == 0 {
			d.Language = "fi"
		}
		if i%4000 == 0 {
			d.State = store.DocumentRemoved
		}
		rows[i] = document{d.ID, d}
	}
	const batch = 5000
	for from := 0; from < n; from += batch {
		err := retryWithin(t.Context(), time.Minute, 5*time.Minute, "insert a batch", func(ctx context.Context) error {
			_, err := s.db.Collection(documentCollection).InsertMany(ctx, rows[from:min(from+batch, n)], options.InsertMany().SetOrdered(false))
			if mongo.IsDuplicateKeyError(err) {
				return nil
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestQueriesOfDocumentsUseAnIndexInItsOrder(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	fillDocuments(t, s, 3000)
	many := []string{"c00001", "c00002"}
	removed := []store.DocumentState{store.DocumentRemoved}
	for name, q := range map[string]store.DocumentQuery{
		"all":            {},
		"a company":      {Companies: many[:1]},
		"companies":      {Companies: many},
		"a type":         {Types: []string{"type-1"}},
		"latest":         {Sort: store.SortByLastChanged},
		"of a company":   {Sort: store.SortByLastChanged, Companies: many[:1]},
		"of companies":   {Sort: store.SortByLastChanged, Companies: many},
		"of a type":      {Sort: store.SortByLastChanged, Types: []string{"type-1"}, Languages: []string{"fi"}},
		"of types":       {Sort: store.SortByLastChanged, Types: []string{"type-1", "type-2"}, ChangedSince: time.Unix(1_700_000_100, 0)},
		"in a state":     {Sort: store.SortByLastChanged, States: removed},
		"in Finnish":     {Sort: store.SortByLastChanged, Languages: []string{"fi"}},
		"removed by URL": {States: removed},
	} {
		for _, key := range []string{"", map[store.DocumentSort]string{store.SortByURL: "c00001\nu", store.SortByLastChanged: "1700000200000 d1"}[q.Sort]} {
			filter, order, err := documentFilter(q, key)
			if err != nil {
				t.Fatal(err)
			}
			if text := explainFind(t, s, filter, order); !strings.Contains(text, "IXSCAN") || strings.Contains(text, "COLLSCAN") || strings.Contains(text, `"SORT"`) {
				t.Errorf("%s: filter %v has the plan %s", name, filter, text)
			}
		}
	}
}

func TestDocumentsThatChangedSinceATimeHaveTheOrderOfTheirURLs(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	fillDocuments(t, s, fewChanged+1000)
	const first = 1_700_000_000
	for name, c := range map[string]struct {
		since int64
		hint  bson.D
	}{
		"few":  {first + 1500, documentIndex("", byLastChanged).Keys.(bson.D)},
		"many": {first, byCompanyAndURL},
	} {
		q := store.DocumentQuery{ChangedSince: time.Unix(c.since, 0), ListOptions: store.ListOptions{Limit: 100}}
		hint, err := s.changedSinceHint(t.Context(), q)
		if err != nil || fmt.Sprint(hint) != fmt.Sprint(c.hint) {
			t.Errorf("%s: the index is %v, %v, want %v", name, hint, err, c.hint)
		}
		last := ""
		for range 2 { // pages
			found, next, err := s.QueryDocuments(t.Context(), q)
			if err != nil || len(found) != 100 {
				t.Fatalf("%s: %d documents, %v", name, len(found), err)
			}
			for _, d := range found {
				key := d.Company + "\n" + d.URL
				if key <= last || d.LastChanged.Unix() < c.since || d.NotLegal {
					t.Fatalf("%s: %s of %v follows %s", name, key, d.LastChanged, last)
				}
				last = key
			}
			q.Continue = next
		}
	}
}

// explainFind returns the winning plan for a page of documents.
func explainFind(t *testing.T, s *Store, filter, order bson.D) string {
	t.Helper()
	var plan struct {
		Planner struct {
			Winning bson.Raw `json:"winningPlan"`
		} `json:"queryPlanner"`
	}
	find := bson.D{{Key: "find", Value: documentCollection}, {Key: "filter", Value: filter}, {Key: "sort", Value: order}, {Key: "limit", Value: 101}}
	err := s.retry(t.Context(), "explain", func(ctx context.Context) error {
		return s.db.RunCommand(ctx, bson.D{{Key: "explain", Value: find}, {Key: "verbosity", Value: "queryPlanner"}}).Decode(&plan)
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan.Planner.Winning.String()
}
