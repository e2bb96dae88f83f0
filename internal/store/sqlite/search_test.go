package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/fulltext"
	"github.com/clausea/crawler/internal/store/storetest"
)

func TestMigrateFillsTheSummariesAndTheSearchIndex(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	storetest.SearchMigration(t, s, func() {
		err := s.inTransaction(t.Context(), "migrate again", func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `DROP TABLE companies; DROP TABLE search_entries; DROP TABLE search_terms; DROP TABLE corrections`)
			if err != nil {
				return err
			}
			return errors.Join(migration{statements: createSearch, do: fillSummaries}.apply(t.Context(), tx), migration{do: indexTerms}.apply(t.Context(), tx))
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestSearchesAndListsOfCompaniesUseAnIndex(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	parsed, err := fulltext.Parse("data")
	if err != nil {
		t.Fatal(err)
	}
	expression := matchExpression(store.SearchQuery{Text: "data", Companies: []string{"c"}}, parsed, fulltext.Other)
	for _, c := range []struct {
		query string
		want  string // beginning of the plan
		args  []any
	}{
		{searchTerms, "SCAN search_terms VIRTUAL TABLE INDEX", []any{true, expression, 10}},
		{companiesByName, "SEARCH companies", []any{"a", "b", "[]", "", 10}},
		{namedCompanies, "SEARCH companies", []any{"a", "b", `["a"]`, "", 10}},
		{companiesByLastChanged, "SEARCH companies USING INDEX companies_changed", []any{"a", "b", "[]", 1, "a", "", 10}},
		{listCorrections, "SEARCH corrections", []any{"c", "", 10}},
	} {
		plan := explainArgs(t, s, c.query, c.args...)
		if strings.Contains(plan, "TEMP B-TREE") || !strings.HasPrefix(plan, c.want) {
			t.Errorf("query %s\nhas the plan %s", c.query, plan)
		}
	}
}

func TestTheTextDecidesAboutAHitOfTheIndex(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	for i := range 9 {
		id := fmt.Sprint("d", i)
		d := store.Document{ID: id, Company: "c", URL: id, ContentHash: id}
		text := "common words"
		_, err := s.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: d, Create: true, Versions: []store.NewVersion{{Version: store.Version{ContentHash: id}, Text: text}}})
		if err == nil && i%3 > 0 { // the entry lists words that the text does not have, as equal hashes do
			text += " and others"
			err = s.inTransaction(t.Context(), "index another text", func(tx *sql.Tx) error { return updateSearchIndex(t.Context(), tx, d, &text) })
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for text, want := range map[string]int{"common": 9, `"common words"`: 9, "others": 0, `"words and others"`: 0, "common others": 0} {
		found := 0
		q := store.SearchQuery{Text: text, ListOptions: store.ListOptions{Limit: 2}}
		for range 10 {
			hits, next, err := s.SearchDocuments(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			found += len(hits)
			if q.Continue = next; next == "" {
				break
			}
		}
		if found != want {
			t.Errorf("%s finds %d documents, want %d", text, found, want)
		}
	}
}
