package sqlite

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/backup"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/storetest"
)

// startWriter starts a process that writes to the store in dir until the test ends. It returns
// once the process has written documents.
func startWriter(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), storetest.WriterEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for range 3 {
		if !lines.Scan() {
			t.Fatal("the writer ended")
		}
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		for lines.Scan() {
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-drained
		_ = cmd.Wait()
	})
}

func TestABackupReadsAStoreThatAnotherProcessWrites(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process")
	}
	t.Parallel()
	dir := t.TempDir()
	startWriter(t, dir)
	last := int64(0)
	for i := range 3 {
		r, pending, err := OpenReadOnly(t.Context(), dir)
		if err != nil || len(pending) > 0 {
			t.Fatal(pending, err)
		}
		res, err := backup.WriteFile(t.Context(), r, filepath.Join(t.TempDir(), "backup"), "test")
		if err = errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		n := res.Manifest.Records()
		if n["document"] < max(last, 3) || n["version"] != n["document"] {
			t.Errorf("backup %d has %v, and the one before %d documents", i, n, last)
		}
		last = n["document"]
	}
	if _, err := Open(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "belongs to process") {
		t.Errorf("the other process does not own the folder any more: %v", err)
	}
}

func TestAReadOnlyConnectionCannotWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, pending, err := OpenReadOnly(t.Context(), dir)
	if err != nil || len(pending) > 0 {
		t.Fatal(pending, err)
	}
	defer func() { _ = r.Close() }()
	if _, err := r.db.read.ExecContext(t.Context(), `DELETE FROM meta`); err == nil || !strings.Contains(err.Error(), "readonly") {
		t.Errorf("a write: %v", err)
	}
}

func TestOpenReadOnlyDoesNotMigrate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// A database without tables has schema version 0.
	if err := os.WriteFile(filepath.Join(dir, fileName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r, pending, err := OpenReadOnly(t.Context(), dir)
		if err != nil || len(pending) != len(migrations) {
			t.Fatalf("a store without tables lacks %v, %v", pending, err)
		}
		_ = r.Close()
	}
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(t.Context()) }()
	if _, err := s.write.ExecContext(t.Context(), `PRAGMA user_version=99`); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenReadOnly(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "upgrade the program") {
		t.Errorf("with a newer schema: %v", err)
	}
}

func TestABackupCoversEveryTable(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(t.Context()) }()
	rows, err := s.read.QueryContext(t.Context(), `SELECT name FROM pragma_table_list WHERE schema='main' AND type IN ('table','virtual') AND name NOT LIKE 'sqlite_%'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			t.Fatal(err)
		}
		n := 0
		if slices.Contains(archivedTables(), table) {
			n++
		}
		if slices.Contains(derivedTables, table) {
			n++
		}
		if unarchivedTables[table] != "" {
			n++
		}
		if n != 1 {
			t.Errorf("table %s is in %d of archivedSections, derivedTables and unarchivedTables", table, n)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if len(archivedSections) != len(store.ArchiveSections) {
		t.Errorf("%d sections are read, and an archive has %d", len(archivedSections), len(store.ArchiveSections))
	}
}

func TestReadersShareAStoreWithItsOwner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := OpenReader(t.Context(), dir); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("open a folder without a store: %v", err)
	}
	owner, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(context.WithoutCancel(t.Context())) })
	d := store.Document{ID: "d", Company: "c", URL: "https://c.example/"}
	if err := owner.PutDocument(t.Context(), store.Fence{}, d); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r, err := OpenReader(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Close(context.WithoutCancel(t.Context())) })
		if got, err := r.GetDocument(t.Context(), "d"); err != nil || got.URL != d.URL {
			t.Errorf("a reader gets %+v, %v", got, err)
		}
		if err := r.PutDocument(t.Context(), store.Fence{}, d); err == nil || !strings.Contains(err.Error(), "readonly") {
			t.Errorf("a reader writes: %v", err)
		}
	}
}
