package remote

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func TestListenServesAFolderWithALongPath(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), strings.Repeat("long/", 40))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	path := filepath.Join(dir, "s.sock")
	stop, err := Listen(path, s, s)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	r, err := Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.QueryRuns(t.Context(), store.RunQuery{}); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket has the mode %v, %v, want 0600", info, err)
	}
	stop()
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket was not removed: %v", err)
	}
}
