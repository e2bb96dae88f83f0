package cli

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/hack/mongod/replicaset"
)

func TestCheckReportsHowWatchesWork(t *testing.T) {
	t.Parallel()
	set := startMongo(t, 1)
	mongod, err := replicaset.Find()
	if err != nil {
		t.Fatal(err)
	}
	standalone, err := replicaset.StartStandalone(t.Context(), mongod)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(standalone.Close)
	// check returns the line that clausea check prints about a store.
	check := func(uri string) string {
		t.Helper()
		_, out, _ := call(t, map[string]string{"MONGO_URI": uri, "MONGODB_DATABASE": "watches"}, "check")
		line, _, _ := strings.Cut(out, "\n")
		if !strings.HasPrefix(line, "store   ok      MongoDB") {
			t.Errorf("check prints\n%s", out)
		}
		return line
	}
	if line := check(set.URI); !strings.Contains(line, "; watches use change streams; no store") {
		t.Errorf("a replica set without a store: %s", line)
	}
	if line := check(standalone.URI); !strings.Contains(line, "without a replica set") || !strings.Contains(line, "; watches poll every second") {
		t.Errorf("a standalone server: %s", line)
	}
	if code, _, errs := call(t, map[string]string{"MONGO_URI": set.URI, "MONGODB_DATABASE": "watches"}, "migrate"); code != exitDone {
		t.Fatal(errs)
	}
	if line := check(set.URI); !strings.HasSuffix(line, "; watches use change streams") {
		t.Errorf("a replica set: %s", line)
	}
	client, err := mongo.Connect(options.Client().ApplyURI(set.URI).SetTimeout(10 * time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	// Unauthorized (13) is the error for a user without the privilege changeStream.
	refuse := bson.D{{Key: "configureFailPoint", Value: "failCommand"}, {Key: "mode", Value: "alwaysOn"}, {Key: "data", Value: bson.D{
		{Key: "failCommands", Value: bson.A{"aggregate"}}, {Key: "namespace", Value: "watches.changes"}, {Key: "errorCode", Value: 13},
	}}}
	if err := client.Database("admin").RunCommand(t.Context(), refuse).Err(); err != nil {
		t.Fatal(err)
	}
	if line := check(set.URI); !strings.Contains(line, "; watches poll, ") || !strings.Contains(line, "refused a change stream (open a change stream: ") {
		t.Errorf("a server that refuses change streams: %s", line)
	}
}
