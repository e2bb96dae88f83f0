package sqlite

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store/storetest"
)

// migrateEnv is the environment variable that makes the test binary, started as a child process,
// migrate a store. Its value is the folder, and the number of migrations after which the
// process kills itself before it commits them, separated by a space. 0 does not kill it.
const migrateEnv = "CLAUSEA_SQLITE_MIGRATE"

// migrateStore migrates the store that the value of migrateEnv names. It prints a line before it
// begins.
func migrateStore(value string) error {
	dir, after, _ := strings.Cut(value, " ")
	n, err := strconv.Atoi(after)
	if err != nil {
		return err
	}
	if n > 0 {
		last := &migrations[n-1]
		do := last.do
		last.do = func(ctx context.Context, t *sql.Tx) error {
			if do != nil {
				if err := do(ctx, t); err != nil {
					return err
				}
			}
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = self.Kill()
			}
			if err == nil {
				select {} // the signal arrives asynchronously
			}
			return err
		}
	}
	if _, err := os.Stdout.WriteString("begin\n"); err != nil {
		return err
	}
	s, err := Open(context.Background(), dir)
	if err != nil {
		return err
	}
	return s.Close(context.Background())
}

// killedMigrations is the number of times that the test kills a migration.
const killedMigrations = 20

func TestAKilledMigrationChangesNothingAndIsRepeated(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	t.Parallel()
	o := storetest.NewOldStore(t)
	whole, killed, original := t.TempDir(), t.TempDir(), t.TempDir()
	writeOldStore(t, original, o)
	copyStore(t, original, whole)
	copyStore(t, original, killed)
	began := time.Now()
	s := openIn(t, whole)
	took := time.Since(began)
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	before, after := dump(t, original), dump(t, whole)
	random := storetest.NewRand(t)
	for i := range killedMigrations {
		var point int
		var delay time.Duration
		if i%2 == 0 {
			point = oldVersion + 1 + i/2%(len(migrations)-oldVersion)
		} else {
			delay = time.Duration(random.Int64N(int64(took)))
		}
		ended := killMigration(t, killed, point, delay)
		switch got := dump(t, killed); {
		case got == before && !ended: // the next process begins again
		case got == after && point == 0: // the kill was too late
			copyStore(t, original, killed)
		default:
			t.Fatalf("a migration that was killed after migration %d or %v, and ended itself: %t, left neither the old store nor the migrated one", point, delay, ended)
		}
	}
	s = openIn(t, killed)
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if dump(t, killed) != after {
		t.Error("the store differs from one whose migration was not killed")
	}
	storetest.CheckOldStore(t, openIn(t, killed), o)
}

// killMigration migrates a store in a process of its own, which kills itself after the migration
// with number point, or, if that is 0, is killed after a delay. ended reports whether the process
// ended the migration before.
func killMigration(t *testing.T, dir string, point int, delay time.Duration) (ended bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", migrateEnv, dir, point))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(out)
	if _, err := r.ReadString('\n'); err != nil {
		t.Errorf("the process did not begin to migrate: %v", err)
	}
	if point == 0 {
		kill := time.AfterFunc(delay, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
	}
	_, _ = io.Copy(io.Discard, r)
	return cmd.Wait() == nil
}

// copyStore replaces the store in the folder to, which no process has open.
func copyStore(t *testing.T, from, to string) {
	t.Helper()
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.RemoveAll(filepath.Join(to, fileName+suffix)); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(filepath.Join(from, fileName))
	if err == nil {
		err = os.WriteFile(filepath.Join(to, fileName), b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
