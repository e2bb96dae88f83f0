package backup_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/backup"
	"github.com/clausea/crawler/internal/export"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
	"github.com/clausea/crawler/internal/store/sqlite"
	"github.com/clausea/crawler/internal/store/storetest"
)

// archivedStore is a store that can be backed up and restored.
type archivedStore interface {
	store.Store
	store.Archiver
}

func openSQLite(t *testing.T) archivedStore {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// openMongo opens a new database of a replica set that ends after the test.
func openMongo(t *testing.T) archivedStore {
	t.Helper()
	uri := os.Getenv("CLAUSEA_TEST_MONGO_URI")
	if uri == "" {
		mongod, err := replicaset.Find()
		if err != nil {
			t.Fatal(err)
		}
		set, err := replicaset.Start(t.Context(), mongod, "", 1)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(set.Close)
		uri = set.URI
	}
	s, err := mongo.Open(t.Context(), uri, "test_"+rand.Text())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.Drop(context.Background()), s.Close(context.Background())); err != nil {
			t.Error(err)
		}
	})
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// move restores a backup of one store to another, and returns the backup's manifest.
func move(t *testing.T, from, to archivedStore) backup.Manifest {
	t.Helper()
	file := filepath.Join(t.TempDir(), "backup")
	res, err := backup.WriteFile(t.Context(), from, file, "test")
	if err != nil {
		t.Fatal(err)
	}
	a, err := backup.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	if _, err := a.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := a.Restore(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	return res.Manifest
}

// exportedCommit returns the ID of the last commit of an export, which depends on all exported
// bytes.
func exportedCommit(t *testing.T, s store.Store) string {
	t.Helper()
	dir := t.TempDir()
	e := export.Exporter{Store: s, Dir: dir, Name: func(documentType string) string { return documentType }}
	if res, err := e.Run(t.Context(), ""); err != nil || res.Versions == 0 {
		t.Fatalf("exported %+v, %v", res, err)
	}
	out, err := exec.CommandContext(t.Context(), "git", "-C", dir, "rev-parse", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestRecordsMoveBetweenTheStoresAndBack(t *testing.T) {
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	t.Parallel()
	first, second, third := openSQLite(t), openMongo(t), openSQLite(t)
	storetest.FillArchive(t, first)
	want := move(t, first, second)
	got := move(t, second, third)
	storetest.EqualBackups(t, want, got)
	commit := exportedCommit(t, first)
	for i, s := range []store.Store{second, third} {
		if c := exportedCommit(t, s); c != commit {
			t.Errorf("restored store %d: the export is %s, and that of the first store %s", i+1, c, commit)
		}
	}
}
