package cli

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// readingCommands are commands that change no store.
func readingCommands(t *testing.T) map[string][]string {
	t.Helper()
	return map[string][]string{
		"get documents": {"get", "documents", "--company", "x"},
		"get runs":      {"get", "runs"},
		"get company":   {"get", "company"},
		"get events":    {"get", "events"},
		"describe":      {"describe", "company", "acme"},
		"diff":          {"diff", "some-document"},
		"export":        {"export", t.TempDir() + "/out"},
		"backup":        {"backup", t.TempDir() + "/file"},
		"wait":          {"wait", "--for=delete", "company/acme"},
	}
}

func TestReadingCommandsCreateNoCollectionsInMongoDB(t *testing.T) {
	t.Parallel()
	set := startMongo(t, 1)
	client, err := mongo.Connect(options.Client().ApplyURI(set.URI).SetTimeout(10 * time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	env := map[string]string{"MONGO_URI": set.URI, "MONGODB_DATABASE": "reading"}
	db := client.Database("reading")
	collections := func() []string {
		t.Helper()
		names, err := db.ListCollectionNames(t.Context(), bson.D{})
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	commands := readingCommands(t)
	commands["delete"] = []string{"delete", "company/acme"}
	commands["config print"] = []string{"config", "print"}
	for name, args := range commands {
		code, stdout, stderr := call(t, env, args...)
		if name == "config print" {
			if code != exitDone {
				t.Errorf("%s: exit code %d: %s", name, code, stderr)
			}
		} else if code != exitFailed || stdout != "" || !strings.Contains(stderr, "no store in the MongoDB database reading") || !strings.Contains(stderr, "create one") {
			t.Errorf("%s: exit code %d: %q, %q", name, code, stdout, stderr)
		}
		if names := collections(); len(names) > 0 {
			t.Fatalf("%s created the collections %v", name, names)
		}
	}
	if _, out, _ := call(t, env, "check"); !strings.Contains(out, "ok      MongoDB") || !strings.Contains(out, "no store in the MongoDB database reading") {
		t.Errorf("check of an empty database prints\n%s", out)
	}
	if code, _, stderr := call(t, env, "migrate"); code != exitDone {
		t.Fatalf("migrate: exit code %d: %s", code, stderr)
	}
	if code, _, stderr := call(t, env, "get", "documents"); code != exitDone {
		t.Errorf("get documents after migrate: exit code %d: %s", code, stderr)
	}
	checkOlderSchema(t, env, db)
}

// checkOlderSchema runs reading commands on a store that lacks a migration.
func checkOlderSchema(t *testing.T, env map[string]string, db *mongo.Database) {
	t.Helper()
	const last = "mongo-5-record-keys"
	if r, err := db.Collection("migrations").DeleteOne(t.Context(), bson.D{{Key: "_id", Value: last}}); err != nil || r.DeletedCount != 1 {
		t.Fatalf("make the schema older: %v, %v", r, err)
	}
	for name, args := range readingCommands(t) {
		code, _, stderr := call(t, env, args...)
		if code != exitFailed || !strings.Contains(stderr, last) || !strings.Contains(stderr, "run clausea migrate") {
			t.Errorf("%s with an older schema: exit code %d: %s", name, code, stderr)
		}
	}
	if n, err := db.Collection("migrations").CountDocuments(t.Context(), bson.D{{Key: "_id", Value: last}}); n != 0 || err != nil {
		t.Errorf("a reading command migrated the store: %d, %v", n, err)
	}
	if _, out, _ := call(t, env, "check"); !strings.Contains(out, "ok      MongoDB") || !strings.Contains(out, "older than this program") {
		t.Errorf("check of an older schema prints\n%s", out)
	}
}
