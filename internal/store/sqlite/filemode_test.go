package sqlite

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOnlyTheOwnerCanReadTheDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	names := []string{fileName, fileName + "-wal", fileName + "-shm"}
	// checkModes checks the files of an open store.
	checkModes := func(when string) {
		t.Helper()
		for _, name := range names {
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil {
				t.Fatalf("%s: %v", when, err)
			}
			if info.Mode() != fileMode {
				t.Errorf("%s: the mode of %s is %v", when, name, info.Mode())
			}
		}
	}
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	checkModes("a new store")
	contents := map[string][]byte{} // as a process that was killed leaves them
	for _, name := range names {
		if contents[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func(context.Context, string) (*Store, error){"Open": Open, "OpenExisting": OpenExisting, "OpenToRestore": OpenToRestore} {
		for file, content := range contents {
			if strings.HasSuffix(file, "-shm") {
				content = nil // SQLite rebuilds it
			}
			path := filepath.Join(dir, file)
			if err := os.WriteFile(path, content, fileMode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		s, err := open(t.Context(), dir)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		checkModes(name)
		if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
