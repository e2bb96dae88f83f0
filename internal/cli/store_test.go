package cli

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestReadingCommandsDoNotCreateAStore(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"get":         {"get", "documents"},
		"get company": {"get", "company"},
		"diff":        {"diff", "some-document"},
		"export":      {"export", "FOLDER"},
		"wait":        {"wait", "--for=delete", "company/acme"},
		"delete":      {"delete", "company/acme"},
		"backup":      {"backup", "FILE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			location, out := filepath.Join(dir, "nowhere"), filepath.Join(dir, "out")
			if name == "export" || name == "backup" {
				args = []string{name, out}
			}
			for _, env := range []map[string]string{nil, {"CLAUSEA_DATA_DIR": location}} {
				given := args
				if env == nil {
					given = append([]string{"--store", location}, args...)
					given = append(given[2:], given[:2]...)
				}
				code, stdout, stderr := call(t, env, given...)
				if code != exitFailed || stdout != "" || !strings.Contains(stderr, "no store in "+location) || !strings.Contains(stderr, "crawl, apply, standalone, migrate and restore create one") {
					t.Errorf("%v: exit code %d: %q, %q", given, code, stdout, stderr)
				}
			}
			for _, path := range []string{location, out} {
				if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("the command created %s: %v", path, err)
				}
			}
		})
	}
}

func TestReadingCommandsAcceptAnEmptyStore(t *testing.T) {
	t.Parallel()
	location := filepath.Join(t.TempDir(), "store")
	if code, _, errs := call(t, nil, "migrate", "--store", location); code != exitDone {
		t.Fatalf("migrate: exit code %d: %s", code, errs)
	}
	for _, args := range [][]string{{"get", "documents"}, {"get", "company"}} {
		if code, out, errs := call(t, nil, append(args, "--store", location)...); code != exitDone || !strings.Contains(out, "NAME") && !strings.Contains(out, "ID") {
			t.Errorf("%v: exit code %d: %s%s", args, code, out, errs)
		}
	}
}

func TestUnsupportedStoreLocationIsRejected(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"get", "documents"}, {"crawl", "example.com"}, {"migrate"}, {"standalone"}, {"apply", "-f", "x.yaml"}} {
		code, _, stderr := call(t, nil, append(args, "--store", "postgres://user:hunter2@host/db")...)
		if code != exitUsage || !strings.Contains(stderr, "a folder path, or a MongoDB URI such as mongodb://HOST/DATABASE") || strings.Contains(stderr, "hunter2") {
			t.Errorf("%v: exit code %d: %s", args, code, stderr)
		}
	}
}

func TestReadingCommandsDoNotMigrateAnEmbeddedStore(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "store")
	if code, _, errs := call(t, nil, "migrate", "--store", folder); code != exitDone {
		t.Fatalf("migrate: exit code %d: %s", code, errs)
	}
	setSchemaVersion(t, folder, 2)
	for name, args := range readingCommands(t) {
		code, _, errs := call(t, nil, append(args, "--store", folder)...)
		if code != exitFailed || !strings.Contains(errs, "sqlite-3") || !strings.Contains(errs, "run clausea migrate") {
			t.Errorf("%s: exit code %d: %s", name, code, errs)
		}
	}
	setSchemaVersion(t, folder, 99)
	if code, _, errs := call(t, nil, "get", "documents", "--store", folder); code != exitFailed || !strings.Contains(errs, "upgrade the program") {
		t.Errorf("get with a newer schema: exit code %d: %s", code, errs)
	}
}

// setSchemaVersion sets the schema version of an embedded store.
func setSchemaVersion(t *testing.T, folder string, version int) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(folder, "clausea.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "PRAGMA user_version="+itoa(version)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestCommandsGiveUpOnASilentServer(t *testing.T) {
	t.Parallel()
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0") // accepts and never answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // opening a store for a process takes longer
	defer cancel()
	s, err := openMongo(ctx, "mongodb://"+silent.Addr().String()+"/", "", 100*time.Millisecond)
	if err == nil {
		_ = s.Close(ctx)
	}
	if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), silent.Addr().String()) {
		t.Errorf("open a store of a silent server: %v, and the test's time: %v", err, ctx.Err())
	}
}
