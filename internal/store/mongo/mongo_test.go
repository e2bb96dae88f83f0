package mongo

import (
	"context"
	"crypto/rand"
	"errors"
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

// uri is of the replica set that all tests but the failover's share; each has its
// own database in it.
var uri string

func TestMain(m *testing.M) { os.Exit(runAll(m)) }

func runAll(m *testing.M) int {
	ctx := context.Background()
	if target := os.Getenv(storetest.WriterEnv); target != "" {
		uri, database, _ := strings.Cut(target, " ")
		s, err := Open(ctx, uri, database)
		if err == nil {
			err = storetest.WriteForever(ctx, s, os.Stdout)
		}
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if uri = os.Getenv("CLAUSEA_TEST_MONGO_URI"); uri == "" {
		mongod, err := replicaset.Find()
		if errors.Is(err, replicaset.ErrNoBinary) && os.Getenv("CI") == "" {
			fmt.Fprintf(os.Stderr, "SKIP: the MongoDB store is NOT tested: %v\n", err)
			return 0
		}
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

// database makes a name for a database and removes it with the test.
func database(t *testing.T) string {
	t.Helper()
	name := "test_" + rand.Text()
	t.Cleanup(func() {
		s, err := Open(context.Background(), uri, name)
		if err == nil {
			err = errors.Join(s.Drop(context.Background()), s.Close(context.Background()))
		}
		if err != nil {
			t.Errorf("remove database %s: %v", name, err)
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
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, uri, database(t)) })
}

func TestAKilledWriterLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	name := database(t)
	open(t, uri, name)
	storetest.Crash(t, 5, uri+" "+name, func(t *testing.T) store.Store { return open(t, uri, name) })
}

func TestMigrationsOfManyProcessesAreDoneOnce(t *testing.T) {
	t.Parallel()
	name := database(t)
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
		t.Errorf("%d migrations were done %d times", len(migrations), n)
	}
}

// Every kind that is stored has tombstones, an Event too, and they go in time.
func TestTombstonesOfEveryKindExpire(t *testing.T) {
	t.Parallel()
	s := open(t, uri, database(t))
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
			t.Errorf("tombstones of a %s never go: its indexes are %+v", kind, specs)
		}
	}
}

func TestNoErrorShowsTheCredentials(t *testing.T) {
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
			t.Errorf("%s was opened", uri)
		} else if strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

func TestDatabaseOfURI(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"mongodb://h1,h2:27018":                      DefaultDatabase,
		"mongodb://h/?replicaSet=x":                  DefaultDatabase,
		"mongodb+srv://u:p%2F@h.example/legal?w=1":   "legal",
		"mongodb://u:p@h/a%20b":                      "a b",
		"mongodb://h1:1,h2:2,h3:3/one?replicaSet=rs": "one",
	} {
		if got := uriDatabase(uri); got != want {
			t.Errorf("%s names %s, want %s", uri, got, want)
		}
	}
}
