package sqlite

import (
	"database/sql"
	"errors"
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
