package mongo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store/storetest"
)

// migrateEnv is the environment variable that makes the test binary, started as a child process,
// migrate a database. Its value is the URI, the name of the database, and the number of the
// write at which the process kills itself, separated by spaces.
const migrateEnv = "CLAUSEA_MONGO_MIGRATE"

// migrateUntilKilled migrates the database that the value of migrateEnv names.
func migrateUntilKilled(ctx context.Context, value string) error {
	var uri, name string
	var at int64
	if _, err := fmt.Sscan(value, &uri, &name, &at); err != nil {
		return err
	}
	_, err := migrateCounted(ctx, uri, name, at, func() {
		if self, err := os.FindProcess(os.Getpid()); err == nil && self.Kill() == nil {
			select {} // the signal arrives asynchronously
		}
	})
	return err
}

// migrationWrites lists the commands by which a migration writes.
var migrationWrites = []string{"insert", "update", "delete", "create", "createIndexes", "dropIndexes"}

// migrateCounted migrates a database and returns the number of its writes. It calls reached before
// it sends write number at, or, if that is even, after the server executed it.
func migrateCounted(ctx context.Context, uri, name string, at int64, reached func()) (int64, error) {
	var writes atomic.Int64
	opts := options.Client().ApplyURI(uri).SetMonitor(&event.CommandMonitor{
		Started: func(_ context.Context, e *event.CommandStartedEvent) {
			if slices.Contains(migrationWrites, e.CommandName) && writes.Add(1) == at && at%2 == 1 {
				reached()
			}
		},
		Succeeded: func(_ context.Context, e *event.CommandSucceededEvent) {
			if slices.Contains(migrationWrites, e.CommandName) && writes.Load() == at && at%2 == 0 {
				reached()
			}
		},
	})
	s, err := connect(ctx, opts, uri, name)
	if err != nil {
		return 0, err
	}
	_, err = s.Migrate(ctx)
	return writes.Load(), errors.Join(err, s.Close(ctx))
}

// killedMigrations is the number of times that the test kills a migration.
const killedMigrations = 20

func TestAKilledMigrationIsContinued(t *testing.T) {
	t.Parallel()
	o := storetest.NewOldStore(t)
	whole := writeOldStore(t, o)
	writes, err := migrateCounted(t.Context(), uri, whole, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("a migration that is not killed sends %d writes", writes)
	want := dump(t, whole)
	random := storetest.NewRand(t)
	name, points, kills := "", []int64{}, 0
	for name == "" || kills < killedMigrations {
		if name == "" {
			name, points = writeOldStore(t, o), nil
		}
		at := 1 + random.Int64N(writes/2)
		points = append(points, at)
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %d", migrateEnv, uri, name, at))
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		switch {
		case err == nil: // it ended before that write
			checkMigrated(t, name, want, points)
			name = ""
		case errors.As(err, &exit) && !exit.Exited():
			kills++
			expireMigrationLease(t, name)
		default:
			t.Fatalf("a migration that was killed at the writes %v failed: %v\n%s", points, err, out)
		}
	}
	if _, err := migrateCounted(t.Context(), uri, name, 0, nil); err != nil {
		t.Fatalf("a migration that was killed at the writes %v failed: %v", points, err)
	}
	checkMigrated(t, name, want, points)
	storetest.CheckOldStore(t, open(t, uri, name), o)
}

// checkMigrated verifies that a migrated database has the content want.
func checkMigrated(t *testing.T, name, want string, points []int64) {
	t.Helper()
	got := dump(t, name)
	if got == want {
		return
	}
	t.Errorf("a migration that was killed at the writes %v has another result than one that was not killed", points)
	expected, lines := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(expected), len(lines)) {
		if lines[i] != expected[i] {
			t.Fatalf("the first different record is\n%.2000s, want\n%.2000s", lines[i], expected[i])
		}
	}
	t.Fatalf("there are %d records and indexes, want %d", len(lines), len(expected))
}

// expireMigrationLease makes the lease of a killed migration expire, so that the next one need
// not wait.
func expireMigrationLease(t *testing.T, name string) {
	t.Helper()
	s, err := Open(t.Context(), uri, name)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.db.Collection(leaseCollection).UpdateOne(t.Context(), bson.D{{Key: "_id", Value: "migrate"}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "expires", Value: time.Unix(0, 0)}}}})
	if err := errors.Join(err, s.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
}
