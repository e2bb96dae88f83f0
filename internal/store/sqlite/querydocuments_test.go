package sqlite

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// fillDocuments inserts n documents of n/300 companies. Few are removed or in Finnish.
func fillDocuments(t *testing.T, s *Store, n int) {
	t.Helper()
	err := s.inTransaction(t.Context(), "fill the store", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i+1<?1),
			rows AS (SELECT i, printf('d%06d',i*7919%?1) AS id, printf('c%05d',i/300) AS company, printf('https://x.example/%06d',i) AS url FROM n)
			INSERT INTO documents(id,company,url,v) SELECT id, company, url, json_object('id',id,'company',company,'url',url,'type','type-'||(i%20),
				'language',iif(i%5000=0,'fi',iif(i%3=0,'de','en')),'state',iif(i%4000=0,'Removed','Present'),'notLegal',json(iif(i%100=7,'true','false')),
				'title',printf('%.*c',1500,'x'),'lastChanged',strftime('%Y-%m-%dT%H:%M:%SZ',1700000000+i*7%?1/3,'unixepoch')) FROM rows`, n)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestQueriesOfDocumentsUseOneIndexInItsOrder(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	fillDocuments(t, s, 1000)
	many := []string{"c00001", "c00002"}
	for name, q := range map[string]store.DocumentQuery{
		"all":          {},
		"a company":    {Companies: many[:1]},
		"companies":    {Companies: many},
		"latest":       {Sort: store.SortByLastChanged},
		"of a company": {Sort: store.SortByLastChanged, Companies: many[:1]},
		"of a type":    {Sort: store.SortByLastChanged, Types: []string{"type-1"}, Languages: []string{"fi"}},
		"in a state":   {Sort: store.SortByLastChanged, Types: []string{"type-1"}, States: []store.DocumentState{store.DocumentRemoved}},
		"by type":      {Types: []string{"type-1"}},
		"by types":     {Types: []string{"type-1", "type-2"}, Languages: []string{"de", "en", "fi"}},
		"by language":  {Types: []string{"type-1", "type-2"}, Languages: []string{"fi"}},
		"by state":     {States: []store.DocumentState{store.DocumentRemoved, store.DocumentBroken}, Languages: []string{"fi"}},
		"of companies": {Sort: store.SortByLastChanged, Companies: many},
		"of types":     {Sort: store.SortByLastChanged, Types: []string{"type-1", "type-2"}},
		"in Finnish":   {Sort: store.SortByLastChanged, Languages: []string{"fi"}, ChangedSince: time.Unix(1_700_000_000, 0)},
	} {
		for _, key := range []string{"", map[store.DocumentSort]string{store.SortByURL: "c00001\nu", store.SortByLastChanged: "1700000000000 d1"}[q.Sort]} {
			query, args, err := documentQuery(q, key, 10)
			if err != nil {
				t.Fatal(err)
			}
			plan := explainQuery(t, s, query, args)
			searches, bad := 0, false
			for i, step := range plan {
				if strings.Contains(step, "INDEX documents_") {
					searches++
				}
				bad = bad || strings.HasPrefix(step, "SCAN documents") && !strings.Contains(step, "INDEX documents_by_")
				// Only the rows of a page are sorted, not those that an index selects.
				bad = bad || i < len(plan)-1 && strings.Contains(step, "B-TREE") && strings.Contains(plan[i-1], "INDEX documents_")
			}
			if bad || searches != max(1, len(selectingIndex(q).values)) {
				t.Errorf("%s: query %s\nhas the plan %s", name, query, strings.Join(plan, "\n"))
			}
		}
	}
}
