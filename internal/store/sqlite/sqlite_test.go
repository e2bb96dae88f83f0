package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/storetest"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(storetest.WriterEnv); dir != "" {
		s, err := Open(context.Background(), dir)
		if err == nil {
			err = storetest.RunChild(context.Background(), s, os.Stdout)
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if target := os.Getenv(migrateEnv); target != "" {
		if err := migrateStore(target); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store { return openNew(t) })
}

func TestAcknowledgedWritesSurviveAKilledProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	t.Parallel()
	dir := t.TempDir()
	storetest.Crash(t, 8, dir, func(t *testing.T) store.Store {
		s, err := Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func TestTwoProcessesCannotShareAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(t.Context()) }()
	if _, err := Open(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "belongs to process") {
		t.Errorf("second Open: %v", err)
	}
}

func TestExistsDoesNotCreateAStore(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	if there, err := Exists(dir); there || err != nil {
		t.Errorf("in a missing folder: %v, %v", there, err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Exists created the folder: %v", err)
	}
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if there, err := Exists(dir); !there || err != nil {
		t.Errorf("in a folder with a store: %v, %v", there, err)
	}
	if _, err := Exists(filepath.Join(dir, fileName)); err == nil {
		t.Error("Exists accepted a file as a folder")
	}
}

func TestFolderNamesMayContainURICharacters(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a?b", "a#b", "a%20b", "a%zz", "a b&c=d", "ä"} {
		parent := t.TempDir()
		dir := filepath.Join(parent, name)
		s, err := Open(t.Context(), dir)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if there, err := Exists(dir); !there || err != nil {
			t.Errorf("%s: Exists returned %v, %v", name, there, err)
		}
		if entries, err := os.ReadDir(parent); err != nil || len(entries) != 1 {
			t.Errorf("%s: the parent folder contains %v, %v", name, entries, err)
		}
	}
}

func TestOpenExpiresTheLeasesOfAnEndedProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, holder := range []string{"a", "b"} {
		s, err := Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		l, err := s.AcquireLease(t.Context(), "l", holder, time.Hour)
		if err != nil || holder == "b" && (l.Epoch != 2 || l.IdleFor < 0 || l.IdleFor > time.Hour) {
			t.Errorf("lease of %s is %+v, %v", holder, l, err)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// randomText returns a text that does not compress well and is the same on every call.
func randomText(n int) string {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(b)
	return string(b)
}
