package mongo

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/storetest"
)

// uri is the URI of the replica set that all tests except those of faults share. Each test has
// its own database.
var uri string

func TestMain(m *testing.M) { os.Exit(runAll(m)) }

func runAll(m *testing.M) int {
	ctx := context.Background()
	if target := os.Getenv(storetest.WriterEnv); target != "" {
		uri, database, _ := strings.Cut(target, " ")
		s, err := Open(ctx, uri, database)
		if err == nil {
			err = storetest.RunChild(ctx, s, os.Stdout)
		}
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if target := os.Getenv(migrateEnv); target != "" {
		if err := migrateUntilKilled(ctx, target); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	}
	flag.Parse()
	if testing.Short() {
		fmt.Fprintln(os.Stderr, "SKIP: starts MongoDB")
		return 0
	}
	if uri = os.Getenv("CLAUSEA_TEST_MONGO_URI"); uri == "" {
		mongod, err := replicaset.Find()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		set, err := replicaset.Start(ctx, mongod, "", 3)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer set.Close()
		uri = set.URI
	}
	return m.Run()
}

// newDatabase returns the name of a new database and drops the database after the test.
func newDatabase(t *testing.T) string {
	t.Helper()
	name := "test_" + rand.Text()
	t.Cleanup(func() {
		s, err := Open(context.Background(), uri, name)
		if err == nil {
			err = errors.Join(s.Drop(context.Background()), s.Close(context.Background()))
		}
		if err != nil {
			t.Errorf("drop database %s: %v", name, err)
		}
	})
	return name
}

func open(t *testing.T, uri, database string) *Store {
	t.Helper()
	s, err := Open(t.Context(), uri, database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, uri, newDatabase(t)) })
}

func TestAcknowledgedWritesSurviveAKilledProcess(t *testing.T) {
	t.Parallel()
	name := newDatabase(t)
	open(t, uri, name)
	storetest.Crash(t, 5, uri+" "+name, func(t *testing.T) store.Store { return open(t, uri, name) })
}

func TestConcurrentProcessesApplyEachMigrationOnce(t *testing.T) {
	t.Parallel()
	name := newDatabase(t)
	done := make(chan []string)
	for range 5 {
		go func() {
			s, err := Open(t.Context(), uri, name)
			if err != nil {
				t.Error(err)
				done <- nil
				return
			}
			defer func() { _ = s.Close(context.Background()) }()
			applied, err := s.Migrate(t.Context())
			if err != nil {
				t.Error(err)
			}
			done <- applied
		}()
	}
	n := 0
	for range 5 {
		n += len(<-done)
	}
	if n != len(migrations) {
		t.Errorf("%d migrations were applied %d times", len(migrations), n)
	}
}

func TestTombstonesOfEveryKindExpire(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	for _, kind := range []string{"Company", "CrawlJob", "Event"} {
		specs, err := s.objects(kind).Indexes().ListSpecifications(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(specs, func(ix mongo.IndexSpecification) bool {
			var keys bson.D
			return bson.Unmarshal(ix.KeysDocument, &keys) == nil && len(keys) == 1 && keys[0].Key == "deletedAt" &&
				ix.ExpireAfterSeconds != nil && *ix.ExpireAfterSeconds == int32(tombstoneTTL/time.Second)
		}) {
			t.Errorf("tombstones of %s do not expire: its indexes are %+v", kind, specs)
		}
	}
}

func TestErrorsDoNotContainCredentials(t *testing.T) {
	t.Parallel()
	for _, uri := range []string{
		"mongodb://robot:s3cr3t-word@127.0.0.1:1/x",
		"mongodb://robot:s3cr3t-word@127.0.0.1:notaport/x",
		"mongodb://robot:s3cr3t-word@/x",
		"mongodb://robot:s3cr3t-word@127.0.0.1/x?w=never&authMechanism=unknown",
		"mongodb://robot:s3cr3t-word@h:@127.0.0.1/x",
		"mongo://robot:s3cr3t-word@127.0.0.1/x",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		_, err := Open(ctx, uri, "")
		cancel()
		if err == nil {
			t.Errorf("Open accepted %s", uri)
		} else if strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("the error contains the password: %v", err)
		}
	}
}

func TestURIDatabase(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"mongodb://h1,h2:27018":                      DefaultDatabase,
		"mongodb://h/?replicaSet=x":                  DefaultDatabase,
		"mongodb+srv://u:p%2F@h.example/legal?w=1":   "legal",
		"mongodb://u:p@h/a%20b":                      "a b",
		"mongodb://h1:1,h2:2,h3:3/one?replicaSet=rs": "one",
	} {
		if got := uriDatabase(uri); got != want {
			t.Errorf("the database of %s is %s, want %s", uri, got, want)
		}
	}
}
