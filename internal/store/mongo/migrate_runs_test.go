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

// A migration that was interrupted has copied some of the pages and deleted some of the
// originals.
func TestMigrateKeepsThePagesOfRuns(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	collection := s.db.Collection(pageCollection)
	byCompany := mongo.IndexModel{Keys: bson.D{{Key: "company", Value: 1}, {Key: "url", Value: 1}}, Options: options.Index().SetUnique(true)}
	if _, err := collection.Indexes().CreateOne(t.Context(), byCompany); err != nil {
		t.Fatal(err)
	}
	const n = 2*migrationBatch + 7
	var rows []page
	for i := range n {
		p := store.FetchedPage{Company: "c", URL: fmt.Sprintf("https://x.example/%04d", i), RunID: fmt.Sprint("r", i%3), Reason: "robots"}
		key := p.Company + "\n" + p.URL
		if i < 5 { // its original is deleted already
			key = pageKey(p.RunID, p.URL)
		}
		rows = append(rows, page{key, p})
	}
	if _, err := collection.InsertMany(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	copied := rows[9]
	for range 2 {
		if _, err := s.db.Collection(migrationCollection).DeleteOne(t.Context(), bson.D{{Key: "_id", Value: "mongo-8-runs"}}); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Migrate(t.Context()); err != nil || len(got) != 1 {
			t.Fatalf("applied migrations are %v, want mongo-8-runs: %v", got, err)
		}
		all := 0
		for r := range 3 {
			p := store.ListOptions{Limit: store.MaxLimit}
			items, next, err := s.QueryPages(t.Context(), store.PageQuery{RunID: fmt.Sprint("r", r), ListOptions: p})
			if err != nil || next != "" {
				t.Fatalf("%q, %v", next, err)
			}
			all += len(items)
		}
		if all != n {
			t.Errorf("%d of %d pages remain", all, n)
		}
		// The original of a copied page is there again, as if it had not been deleted yet.
		if _, err := collection.InsertOne(t.Context(), copied); err != nil {
			t.Fatal(err)
		}
	}
}

func TestQueriesOfRunsAndPagesUseAnIndex(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	yes := true
	type query struct {
		collection    string
		filter, order bson.D
	}
	var all []query
	for _, q := range []store.RunQuery{
		{}, {Companies: []string{"c"}}, {States: []store.RunState{"a", "b"}}, {Triggers: []store.RunTrigger{"a"}}, {CreatedSince: time.Now()},
		{Companies: []string{"c", "d"}, States: []store.RunState{"a"}, CreatedSince: time.Now()},
	} {
		filter, err := runFilter(q, "5 r")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, query{runCollection, filter, newestRunFirst})
	}
	for _, q := range []store.PageQuery{{}, {Fetched: &yes}, {Reasons: []string{"a", "b"}}, {Types: []string{"a"}, Fetched: &yes}} {
		q.RunID = "r"
		filter, order := pageFilter(q, "u")
		all = append(all, query{pageCollection, filter, order})
	}
	all = append(all, query{runEventCollection, bson.D{{Key: "runID", Value: "r"}, {Key: "sequence", Value: bson.D{{Key: "$gt", Value: 1}}}}, bson.D{{Key: "sequence", Value: 1}}})
	for _, q := range all {
		var plan bson.M
		find := bson.D{{Key: "find", Value: q.collection}, {Key: "filter", Value: q.filter}, {Key: "sort", Value: q.order}, {Key: "limit", Value: 10}}
		err := s.retry(t.Context(), "explain", func(ctx context.Context) error {
			return s.db.RunCommand(ctx, bson.D{{Key: "explain", Value: find}, {Key: "verbosity", Value: "queryPlanner"}}).Decode(&plan)
		})
		if err != nil {
			t.Fatal(err)
		}
		winning, _ := plan["queryPlanner"].(bson.D)
		text := ""
		for _, e := range winning {
			if e.Key == "winningPlan" {
				text = fmt.Sprint(e.Value)
			}
		}
		if !strings.Contains(text, "IXSCAN") || strings.Contains(text, "COLLSCAN") || strings.Contains(text, `"SORT"`) || strings.Contains(text, "{stage SORT}") {
			t.Errorf("the query %v of %s has the plan %s", q.filter, q.collection, text)
		}
	}
}
