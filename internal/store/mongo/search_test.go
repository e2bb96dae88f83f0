package mongo

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/fulltext"
	"github.com/clausea/crawler/internal/store/storetest"
)

func TestMigrateFillsTheSummariesAndTheSearchIndex(t *testing.T) {
	t.Parallel()
	// The second migration was interrupted after the documents up to d05.
	for _, after := range []string{"", "d05"} {
		s := open(t, uri, newDatabase(t))
		storetest.SearchMigration(t, s, func() {
			_, err := s.db.Collection(summaryCollection).DeleteMany(t.Context(), bson.D{})
			for _, d := range []struct {
				collection string
				filter     bson.D
			}{
				{indexCollection, bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}}}},
				{migrationCollection, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: bson.A{searchMigration, termsMigration, fillProgress}}}}}},
			} {
				_, e := s.db.Collection(d.collection).DeleteMany(t.Context(), d.filter)
				err = errors.Join(err, e)
			}
			if after != "" {
				_, e := s.db.Collection(migrationCollection).InsertOne(t.Context(), bson.D{{Key: "_id", Value: fillProgress}, {Key: "after", Value: after}})
				err = errors.Join(err, e)
			}
			if err != nil {
				t.Fatal(err)
			}
			if applied, err := s.Migrate(t.Context()); err != nil || !slices.Equal(applied, []string{searchMigration, termsMigration}) {
				t.Fatalf("applied migrations %v, %v", applied, err)
			}
		})
	}
}

func TestASearchReadsTheIndexOfItsRarestCondition(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	for i := range 60 {
		d := store.Document{ID: fmt.Sprint("d", i), Company: fmt.Sprint("c", i%20), URL: fmt.Sprint(i), Type: "t"}
		text := "common words"
		if i == 7 {
			text = "common words and a rare one"
		}
		err := s.updateSearchIndex(t.Context(), d, &text)
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		q    store.SearchQuery
		want string
	}{
		{store.SearchQuery{Text: "common"}, "terms"},
		{store.SearchQuery{Text: "common words rare"}, "terms"},
		{store.SearchQuery{Text: "common words", Companies: []string{"c3"}}, "company"},
		{store.SearchQuery{Text: "rare", Types: []string{"t"}}, "terms"},
	} {
		parsed, err := fulltext.Parse(c.q.Text)
		if err != nil {
			t.Fatal(err)
		}
		conditions := searchConditions(c.q, parsed, fulltext.Other)
		best, err := s.rarest(t.Context(), conditions)
		if err != nil {
			t.Fatal(err)
		}
		if got := conditions[best].index[0].Key; got != c.want {
			t.Errorf("%+v reads the index of %s, want %s", c.q, got, c.want)
		}
		filter, hint, err := s.searchFilter(t.Context(), c.q, parsed, fulltext.Position{Tier: fulltext.Other})
		if err != nil {
			t.Fatal(err)
		}
		var plan struct {
			ExecutionStats struct {
				TotalDocsExamined int `json:"totalDocsExamined"`
			} `json:"executionStats"`
			QueryPlanner struct {
				WinningPlan bson.Raw `json:"winningPlan"`
			} `json:"queryPlanner"`
		}
		err = s.db.RunCommand(t.Context(), bson.D{{Key: "explain", Value: bson.D{
			{Key: "find", Value: indexCollection}, {Key: "filter", Value: filter}, {Key: "hint", Value: hint}, {Key: "sort", Value: byOrder}, {Key: "limit", Value: 5},
		}}, {Key: "verbosity", Value: "executionStats"}}).Decode(&plan)
		if err != nil {
			t.Fatal(err)
		}
		if n := plan.ExecutionStats.TotalDocsExamined; n > 5 {
			t.Errorf("%+v reads %d entries: %s", c.q, n, plan.QueryPlanner.WinningPlan)
		}
	}
}

func TestHitsOfTheSameOrderAreListedOnce(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	for i := range 7 {
		d := store.Document{ID: fmt.Sprint("d", i), Company: "c", URL: fmt.Sprint(i), ContentHash: "h"}
		_, err := s.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: d, Create: true, Versions: []store.NewVersion{{Version: store.Version{ContentHash: "h"}, Text: "The same text."}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	for order, ids := range map[int64]bson.A{9: {"d0"}, 5: {"d1", "d2", "d3", "d4", "d5"}, 3: {"d6"}} {
		_, err := s.db.Collection(indexCollection).UpdateMany(t.Context(), bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, bson.D{{Key: "$set", Value: bson.D{{Key: "order", Value: order}}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, limit := range []int{1, 2, 3} {
		q := store.SearchQuery{Text: "text", ListOptions: store.ListOptions{Limit: limit}}
		var ids []string
		for range 8 {
			hits, next, err := s.SearchDocuments(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range hits {
				ids = append(ids, h.Document.ID)
			}
			if q.Continue = next; next == "" {
				break
			}
		}
		if len(ids) != 7 || ids[0] != "d0" || ids[6] != "d6" || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 7 {
			t.Errorf("pages of %d have the hits %v", limit, ids)
		}
	}
}
