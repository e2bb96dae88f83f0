package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
)

func TestPreparedStatementsAreUsedAgainAndNested(t *testing.T) {
	t.Parallel()
	db, err := openPrepared("file:" + filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	exec := func(query string, args ...any) error {
		_, err := db.ExecContext(t.Context(), query, args...)
		return err
	}
	if err := exec(`CREATE TABLE x(a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX x_b ON x(b)`); err != nil {
		t.Fatal(err)
	}
	const insert = `INSERT INTO x(a,b) VALUES(?,?)`
	for i := range 3 {
		if err := exec(insert, i, fmt.Sprint("b", i)); err != nil {
			t.Fatal(err)
		}
		if err := exec(insert, i, "again"); err == nil {
			t.Error("a key was inserted twice")
		}
	}
	// The statement of the outer rows is used for each of them.
	const above = `SELECT a FROM x WHERE a>=? ORDER BY a`
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	outer, err := tx.QueryContext(t.Context(), above, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer outer.Close()
	var got []int
	for outer.Next() {
		var a, first int
		if err := outer.Scan(&a); err != nil {
			t.Fatal(err)
		}
		if err := tx.QueryRowContext(t.Context(), above, a).Scan(&first); err != nil {
			t.Fatal(err)
		}
		got = append(got, a, first)
	}
	if err := outer.Err(); err != nil || fmt.Sprint(got) != "[0 0 1 1 2 2]" {
		t.Errorf("read %v, %v", got, err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	// A statement is valid after the schema has changed.
	if err := exec(`ALTER TABLE x ADD COLUMN c INTEGER; DROP INDEX x_b`); err != nil {
		t.Fatal(err)
	}
	if err := exec(insert, 9, "new"); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.ExecContext(ctx, insert, 10, "cancelled"); err == nil {
		t.Error("a statement ran with a cancelled context")
	}
	for i := range maxStatements + 10 {
		var n int
		if err := db.QueryRowContext(t.Context(), fmt.Sprintf(`SELECT count(*)+%d FROM x`, i)).Scan(&n); err != nil || n != 4+i {
			t.Fatalf("query %d returns %d, %v", i, n, err)
		}
	}
}
