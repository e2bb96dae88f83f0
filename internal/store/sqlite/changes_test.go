package sqlite

import (
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

func TestQueriesOfChangesUseAnIndexInTheOrderOfTheFeed(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	for name, c := range map[string]struct {
		query store.ChangeQuery
		plan  string
	}{
		"all":        {store.ChangeQuery{}, "SCAN document_changes"},
		"after":      {store.ChangeQuery{After: 7, Order: store.OldestFirst}, "SEARCH document_changes USING INTEGER PRIMARY KEY (rowid>?)"},
		"a company":  {store.ChangeQuery{Companies: []string{"c"}, Types: []string{"imprint"}}, "document_changes_company (company=?"},
		"a document": {store.ChangeQuery{DocumentIDs: []string{"d"}, Companies: []string{"c"}, Labels: []string{"x"}}, "document_changes_doc (doc=?"},
		"a type":     {store.ChangeQuery{Types: []string{"imprint"}}, "document_changes_type (type=?"},
		"a kind":     {store.ChangeQuery{Kinds: []store.ChangeKind{store.ChangeRemoved}, Types: []string{"a", "b"}}, "document_changes_kind (kind=?"},
		"kinds":      {store.ChangeQuery{Kinds: []store.ChangeKind{store.ChangeRemoved, store.ChangeBroken}}, "SCAN document_changes"},
		"a label":    {store.ChangeQuery{Labels: []string{"arbitration"}}, "SEARCH document_changes USING INTEGER PRIMARY KEY (rowid=?"},
		"since":      {store.ChangeQuery{Since: time.Unix(1_700_000_000, 0)}, "SEARCH document_changes USING COVERING INDEX document_changes_at (at>?)"},
	} {
		for _, key := range []string{"", "9"} {
			query, args, err := changeQuery(c.query, key, 10)
			if err != nil {
				t.Fatal(err)
			}
			plan := strings.Join(explainQuery(t, s, query, args), "\n")
			scan := strings.HasPrefix(c.plan, "SCAN") && key != "" && strings.Contains(plan, "SEARCH document_changes USING INTEGER PRIMARY KEY")
			if !scan && !strings.Contains(plan, c.plan) || strings.Contains(plan, "ORDER BY") {
				t.Errorf("%s: query %s\nhas the plan %s", name, query, plan)
			}
		}
	}
}
