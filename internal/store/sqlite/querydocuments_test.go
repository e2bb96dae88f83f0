package sqlite

import (
	"database/sql"
	"slices"
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
	s := openIn(t, t.TempDir())
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
		"in Finnish":   {Sort: store.SortByLastChanged, Languages: []string{"fi"}, ChangedSince: time.Unix(1_700_000_000, 0)},
	} {
		for _, key := range []string{"", map[store.DocumentSort]string{store.SortByURL: "c00001\nu", store.SortByLastChanged: "1700000000000 d1"}[q.Sort]} {
			query, args, err := documentQuery(q, key, 10)
			if err != nil {
				t.Fatal(err)
			}
			plan := explainQuery(t, s, query, args)
			inner := plan[slices.IndexFunc(plan, func(step string) bool { return strings.Contains(step, "LIST SUBQUERY") })+1:]
			if len(inner) == 0 || !strings.Contains(inner[0], "USING INDEX documents_") || strings.Contains(strings.Join(inner[:len(inner)-1], ";"), "B-TREE") {
				t.Errorf("%s: query %s\nhas the plan %s", name, query, strings.Join(plan, "\n"))
			}
		}
	}
}
