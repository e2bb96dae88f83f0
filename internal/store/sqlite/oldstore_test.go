package sqlite

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store/storetest"
)

// oldVersion is the number of migrations of a storetest.OldStore.
const oldVersion = 3

// writeOldStore creates a store with the content of o.
func writeOldStore(t *testing.T, dir string, o *storetest.OldStore) {
	t.Helper()
	db := openAtVersion(t, dir, oldVersion)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := tx.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range o.Documents {
		exec(`INSERT INTO documents(id,company,url,v) VALUES(?,?,?,?)`, d["id"], d["company"], d["url"], asJSON(t, d))
	}
	for i, v := range o.Versions {
		at, ok := v["fetchedAt"].(time.Time)
		if !ok {
			t.Fatalf("version %v has no time", v)
		}
		exec(`INSERT INTO versions(doc,n,hash,fetched,full,v,blob) VALUES(?,?,?,?,?,?,?)`, v["documentID"], v["number"], v["contentHash"], at.UnixNano(), v["keyframe"], asJSON(t, v), o.Blobs[i])
	}
	for _, r := range o.Runs {
		exec(`INSERT INTO runs(id,company,state,priority,v) VALUES(?,?,?,?,?)`, r["id"], r["company"], r["state"], r["priority"], asJSON(t, r))
	}
	for _, p := range o.Pages {
		exec(`INSERT INTO pages(company,url,v) VALUES(?,?,?)`, p["company"], p["url"], asJSON(t, p))
	}
	for key, blob := range o.Snapshots {
		exec(`INSERT INTO snapshots(hash,blob) VALUES(?,?)`, key, blob)
	}
	for key, data := range o.Checkpoints {
		exec(`INSERT INTO checkpoints(id,v) VALUES(?,?)`, key, data)
	}
	for run, r := range o.Requests {
		exec(`INSERT INTO requests(run,v) VALUES(?,?)`, run, r)
	}
	for _, ob := range o.Objects {
		exec(`INSERT INTO objects(kind,ns,name,rv,uid,labels,json) VALUES(?,?,?,?,?,?,?)`, ob.Kind, ob.Namespace, ob.Name, ob.ResourceVersion, ob.UID, asJSON(t, ob.Labels), string(ob.JSON))
	}
	for _, l := range o.Leases {
		exec(`INSERT INTO leases(name,holder,epoch,expires) VALUES(?,?,?,?)`, l.Name, l.Holder, l.Epoch, l.Expires.UnixNano())
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// openFile opens the file of the store in a folder without migrating it.
func openFile(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// dump returns the schema and all rows of the database in a folder, in order.
func dump(t *testing.T, dir string) string {
	t.Helper()
	db := openFile(t, dir)
	defer func() { _ = db.Close() }()
	var b strings.Builder
	tables := []string{"sqlite_master"}
	for _, row := range rowsOf(t, db, `SELECT name FROM sqlite_master WHERE type='table'`) {
		tables = append(tables, strings.Trim(row, `"|`))
	}
	for _, table := range tables {
		rows := rowsOf(t, db, `SELECT * FROM "`+table+`"`)
		if table == "sqlite_master" {
			rows = rowsOf(t, db, `SELECT type, name, tbl_name, sql FROM sqlite_master`)
		}
		slices.Sort(rows)
		fmt.Fprintf(&b, "%s: %s\n", table, strings.Join(rows, "\n\t"))
	}
	return b.String()
}

// rowsOf returns the rows of a query as text.
func rowsOf(t *testing.T, db *sql.DB, query string) (out []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values := make([]any, len(columns))
		targets := make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		line := ""
		for _, v := range values {
			line += fmt.Sprintf("%q|", fmt.Sprint(v))
		}
		out = append(out, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestMigrateKeepsAWholeOldStore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := storetest.NewOldStore(t)
	writeOldStore(t, dir, o)
	unchanged := []string{"versions", "snapshots", "checkpoints", "requests", "objects", "leases"}
	before := map[string][]string{}
	db := openFile(t, dir)
	for _, table := range unchanged {
		before[table] = rowsOf(t, db, `SELECT * FROM `+table)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := openIn(t, dir)
	if want := len(migrations) - oldVersion; len(s.Applied()) != want {
		t.Errorf("applied migrations are %v, want %d", s.Applied(), want)
	}
	for _, table := range unchanged {
		if len(before[table]) == 0 || !slices.Equal(rowsOf(t, s.read, `SELECT * FROM `+table), before[table]) {
			t.Errorf("the migration changed %s", table)
		}
	}
	storetest.CheckOldStore(t, s, o)
}
