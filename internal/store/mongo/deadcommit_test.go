package mongo

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/clausea/crawler/internal/store"
)

// Another process was killed or hangs in a commit: it has incremented the counter of the feed in
// a transaction that it does not end.
func TestACommitSucceedsAfterAnotherProcessDiedInACommit(t *testing.T) {
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	t.Parallel()
	name := newDatabase(t)
	dead, s := open(t, uri, name), open(t, uri, name)
	session, err := dead.client.StartSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.StartTransaction(); err != nil {
		t.Fatal(err)
	}
	ctx := mongo.NewSessionContext(t.Context(), session)
	increment := bson.D{{Key: "$inc", Value: bson.D{{Key: "sequence", Value: int64(1)}}}}
	if _, err = dead.db.Collection(metaCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: feedCounter}}, increment); err != nil {
		t.Fatal(err)
	}
	c := store.Commit{
		Document: store.Document{ID: "d", Company: "c", URL: "https://x.example/d"}, Create: true,
		Changes: []store.Change{{ID: "d", Kind: store.ChangeCreated, Company: "c", DocumentID: "d"}},
	}
	if out, err := s.CommitDocument(t.Context(), store.Fence{}, c); err != nil || !out.Created {
		t.Fatalf("the commit returned %+v, %v", out, err)
	}
	if err := session.CommitTransaction(t.Context()); err == nil {
		t.Error("the dead transaction was committed")
	}
}
