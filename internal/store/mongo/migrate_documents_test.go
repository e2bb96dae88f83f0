package mongo

import (
	"reflect"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/clausea/crawler/internal/store"
)

func TestMigrateAddsTheStatesOfDocumentsAndChangesNothingElse(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	at := func(n int64) bson.DateTime { return bson.DateTime(1_700_000_000_000 + n) }
	never := bson.DateTime(-62_135_596_800_000)
	documents := s.db.Collection(documentCollection)
	old := []bson.D{
		{{Key: "_id", Value: "present"}, {Key: "id", Value: "present"}, {Key: "company", Value: "c"}, {Key: "url", Value: "1"}, {Key: "lastSeen", Value: at(5)}, {Key: "lastChanged", Value: at(3)}, {Key: "removedAt", Value: never}, {Key: "unknown", Value: bson.A{1.5, nil}}},
		{{Key: "_id", Value: "removed"}, {Key: "id", Value: "removed"}, {Key: "company", Value: "c"}, {Key: "url", Value: "2"}, {Key: "lastSeen", Value: at(5)}, {Key: "lastChanged", Value: at(3)}, {Key: "removedAt", Value: at(8)}},
		{{Key: "_id", Value: "older"}, {Key: "id", Value: "older"}, {Key: "company", Value: "c"}, {Key: "url", Value: "3"}, {Key: "lastSeen", Value: at(5)}, {Key: "lastChanged", Value: at(3)}},
	}
	if _, err := documents.InsertMany(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	for range 2 { // as after a migration that was interrupted before it was recorded
		if _, err := s.db.Collection(migrationCollection).DeleteOne(t.Context(), bson.D{{Key: "_id", Value: "mongo-6-documents"}}); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Migrate(t.Context()); err != nil || len(got) != 1 {
			t.Fatalf("applied migrations are %v, want mongo-6-documents: %v", got, err)
		}
		for _, want := range old {
			var now bson.D
			if err := documents.FindOne(t.Context(), want[:1]).Decode(&now); err != nil {
				t.Fatal(err)
			}
			if len(now) != len(want)+7 || !reflect.DeepEqual(now[:len(want)], want) {
				t.Errorf("the document was %v and is %v", want, now)
			}
			checkState(t, s, want[0].Value.(string))
		}
	}
	if n, err := s.LatestChange(t.Context()); err != nil || n != 0 {
		t.Errorf("the migration appended change %d, %v", n, err)
	}
}

func checkState(t *testing.T, s *Store, id string) {
	t.Helper()
	d, err := s.GetDocument(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	state, checked, since := store.DocumentPresent, d.LastSeen, time.Time{}
	if id == "removed" {
		state, checked, since = store.DocumentRemoved, d.RemovedAt, d.RemovedAt
	}
	if d.State != state || !d.LastChecked.Equal(checked) || !d.StateSince.Equal(since) || !d.UnchangedSince.Equal(d.LastChanged) {
		t.Errorf("%s is %+v", id, d)
	}
}
