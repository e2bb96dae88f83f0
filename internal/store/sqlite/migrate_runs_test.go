package sqlite

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

func TestMigrateKeepsTheRunsAndTheirPages(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := openAtVersion(t, dir, 3)
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	created := time.Date(2026, 3, 1, 12, 0, 0, 123_456_789, time.FixedZone("ahead", 7200))
	const runs, pagesOfRun = 5, 4
	for i := range runs {
		r := store.Run{ID: fmt.Sprint("r", i), Company: "c", State: store.RunComplete, CreatedAt: created.Add(time.Duration(i) * time.Hour)}
		exec(`INSERT INTO runs(id,company,state,priority,v) VALUES(?,?,?,0,?)`, r.ID, r.Company, r.State, asJSON(t, r))
		for n := range pagesOfRun {
			p := store.FetchedPage{Company: "c", URL: fmt.Sprintf("https://x.example/%d/%d", i, n), RunID: r.ID, Type: "imprint", FetchedAt: created}
			if n == 0 {
				p.Reason, p.Type, p.FetchedAt = "robots", "", time.Time{}
			}
			exec(`INSERT INTO pages(company,url,v) VALUES(?,?,?)`, p.Company, p.URL, asJSON(t, p))
		}
	}
	exec(`INSERT INTO runs(id,company,state,priority,v) VALUES('old','c','Failed',0,'{"id":"old","company":"c"}')`) // without a time
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := openIn(t, dir)
	newest, _, err := s.QueryRuns(t.Context(), store.RunQuery{Companies: []string{"c"}, CreatedSince: created.Add(time.Hour)})
	if err != nil || len(newest) != runs-1 || newest[0].ID != "r4" {
		t.Errorf("the newest runs are %+v, %v", newest, err)
	}
	if all, _, err := s.QueryRuns(t.Context(), store.RunQuery{}); err != nil || len(all) != runs+1 {
		t.Errorf("there are %d runs, %v", len(all), err)
	}
	for i := range runs {
		q := store.PageQuery{RunID: fmt.Sprint("r", i)}
		all, _, err := s.QueryPages(t.Context(), q)
		if err != nil || len(all) != pagesOfRun || all[1].Type != "imprint" || !all[1].FetchedAt.Equal(created) {
			t.Errorf("run %s has the pages %+v, %v", q.RunID, all, err)
		}
		no := false
		q.Reasons, q.Types, q.Fetched = []string{"robots"}, []string{""}, &no
		if some, _, err := s.QueryPages(t.Context(), q); err != nil || len(some) != 1 {
			t.Errorf("run %s has the skipped pages %+v, %v", q.RunID, some, err)
		}
	}
}

func TestQueriesOfRunsAndPagesUseAnIndex(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	next := store.ListOptions{Continue: store.EncodeContinue("5 r")}
	yes := true
	type statement struct {
		query string
		args  []any
		sorts bool // several values of an indexed column: the matching rows are sorted
	}
	var all []statement
	for _, q := range []store.RunQuery{
		{ListOptions: next}, {Companies: []string{"c"}, ListOptions: next}, {States: []store.RunState{"a"}}, {Triggers: []store.RunTrigger{"a"}}, {CreatedSince: time.Now()},
		{Companies: []string{"c"}, States: []store.RunState{"a"}, CreatedSince: time.Now(), ListOptions: next}, {Companies: []string{"c", "d"}, ListOptions: next},
	} {
		query, args, _, err := runQuery(q)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, statement{query, args, len(q.Companies) > 1})
	}
	for _, q := range []store.PageQuery{{}, {Reasons: []string{"a"}}, {Types: []string{"a"}}, {Fetched: &yes}, {Reasons: []string{"a", "b"}, Types: []string{"a"}}} {
		query, args := pageQuery(q, "u", 9)
		all = append(all, statement{query, args, len(q.Reasons) > 1})
	}
	for _, q := range all {
		plan := explainArgs(t, s, q.query, q.args...)
		indexed := strings.Contains(plan, "SEARCH") || strings.Contains(plan, "USING INDEX")
		if !indexed || strings.Contains(plan, "TEMP B-TREE") && !q.sorts {
			t.Errorf("query %s\nhas the plan %s", q.query, plan)
		}
	}
}
