package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func openIn(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// emptyStore returns the file of a migrated store without records. Most tests start with it, because
// the migrations take longer than many of them.
var emptyStore = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "empty-store")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s, err := Open(context.Background(), dir)
	if err != nil {
		return nil, err
	}
	if err := s.Close(context.Background()); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, fileName))
})

// openNew opens a new store.
func openNew(t *testing.T) *Store {
	t.Helper()
	b, err := emptyStore()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fileName), b, fileMode); err != nil {
		t.Fatal(err)
	}
	return openIn(t, dir)
}

func TestListingTenThousandDocumentsUsesAnIndex(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	const n, perCompany = 10_000, 300
	err := s.inTransaction(t.Context(), "fill the store", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i+1<?1)
			INSERT INTO documents(id,company,url,v) SELECT 'd'||i, printf('c%05d',i/?2), printf('https://x.example/%06d',i), json_object('id','d'||i,'company',printf('c%05d',i/?2)) FROM n`, n, perCompany)
		if err != nil {
			return err
		}
		// Counts come from the summaries.
		_, err = tx.ExecContext(t.Context(), `INSERT INTO companies(name,documents,changed,v) SELECT company, count(*), 0, '{}' FROM documents GROUP BY company`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p, next := store.ListOptions{Limit: store.MaxLimit}, 0
	for {
		docs, more, err := s.ListDocuments(t.Context(), "", p)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range docs {
			if want := fmt.Sprint("d", next); d.ID != want {
				t.Fatalf("document %d is %s, want %s", next, d.ID, want)
			}
			next++
		}
		if more == "" {
			break
		}
		p.Continue = more
	}
	if next != n {
		t.Errorf("listed %d documents of %d", next, n)
	}
	if _, all, err := s.Counts(t.Context()); err != nil || all != n {
		t.Errorf("counted %d documents, %v", all, err)
	}
	for query, args := range map[string]int{listAllDocuments: 2, listCompanyDocuments: 3, listRunsByState: 3} {
		plan := explain(t, s, query, args)
		if !strings.Contains(plan, "SEARCH") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("query %s\nhas the plan %s", query, plan)
		}
	}
}

func explain(t *testing.T, s *Store, query string, args int) string {
	t.Helper()
	return explainArgs(t, s, query, []any{"a", "b", 10}[3-args:]...)
}

// explainArgs returns the plan of a query.
func explainArgs(t *testing.T, s *Store, query string, args ...any) string {
	t.Helper()
	return strings.Join(explainQuery(t, s, query, args), "; ")
}

// explainQuery returns the steps of the plan of a query.
func explainQuery(t *testing.T, s *Store, query string, args []any) (plan []string) {
	t.Helper()
	rows, err := s.read.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, parent, unused int
		var what string
		if err := rows.Scan(&id, &parent, &unused, &what); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, what)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestAFullDiskFailsWritesAndDamagesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openIn(t, dir)
	d := store.Document{ID: "d", Company: "c", URL: "https://x.example/"}
	if err := s.PutDocument(t.Context(), store.Fence{}, d); err != nil {
		t.Fatal(err)
	}
	if _, err := s.write.ExecContext(t.Context(), `PRAGMA max_page_count=1`); err != nil { // SQLite raises it to the current size
		t.Fatal(err)
	}
	_, err := s.PutSnapshot(t.Context(), store.Fence{}, "c", []byte(randomText(1<<20)), "")
	if err == nil || !strings.Contains(err.Error(), "full") {
		t.Fatalf("write to a full disk: %v", err)
	}
	if got, err := s.GetDocument(t.Context(), "d"); err != nil || got.URL != d.URL {
		t.Errorf("document after the failed write: %+v, %v", got, err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := openIn(t, dir)
	if _, err := again.PutSnapshot(t.Context(), store.Fence{}, "c", []byte(randomText(1<<20)), ""); err != nil {
		t.Errorf("write after space was freed: %v", err)
	}
}

func TestAWatchFromBeforeTheChangeLogExpires(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	for i := range 5 {
		if _, err := s.CreateObject(t.Context(), store.Object{ObjectKey: store.ObjectKey{Kind: "Company", Name: fmt.Sprint(i)}, JSON: []byte(`{}`)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.write.ExecContext(t.Context(), `DELETE FROM changes WHERE rv<=3`); err != nil {
		t.Fatal(err)
	}
	w, err := s.WatchObjects(t.Context(), "Company", "1")
	if err == nil {
		for range w.Events() { // events are missing, so none may be sent
			t.Error("received an event")
		}
		err = w.Err()
	}
	if !errors.Is(err, store.ErrExpired) {
		t.Errorf("watch from version 1: %v", err)
	}
}
