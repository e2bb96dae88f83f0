package mongo

import (
	"maps"
	"strconv"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/storetest"
)

func TestMigrateRenamesTheKeysOfStoredRecords(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	old := storetest.NewOldRecords(t)
	insert := func(collection, id string, record map[string]any, blob []byte) {
		t.Helper()
		row := maps.Clone(record)
		row["_id"] = id
		if blob != nil {
			row["blob"] = bson.M{"data": blob}
		}
		if _, err := s.db.Collection(collection).InsertOne(t.Context(), row); err != nil {
			t.Fatal(err)
		}
	}
	insert(runCollection, "r1", old.Run, nil)
	insert(documentCollection, "d1", old.Document, nil)
	for i, v := range old.Versions {
		insert(versionCollection, "d1/"+strconv.Itoa(i+1), v, old.Blobs[i])
	}
	if _, err := s.CreateObject(t.Context(), store.Object{ObjectKey: store.ObjectKey{Kind: "CrawlJob", Namespace: "default", Name: "j"}, JSON: []byte(old.CrawlJob)}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Collection(migrationCollection).DeleteMany(t.Context(), bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: "mongo-5"}}}}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Migrate(t.Context()); err != nil || len(got) == 0 || got[0] != "mongo-5-record-keys" {
		t.Fatalf("applied migrations are %v, want mongo-5-record-keys and later ones: %v", got, err)
	}
	storetest.CheckOldRecords(t, s)
}
