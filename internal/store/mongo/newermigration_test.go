package mongo

import (
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func TestADatabaseThatANewerProgramMigratedIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Errorf("a database of this program is refused: %v", err)
	}
	if _, err := s.db.Collection(migrationCollection).InsertOne(t.Context(), bson.D{{Key: "_id", Value: "mongo-99-later"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), `"mongo-99-later" of a newer program: upgrade this program`) {
		t.Errorf("the error is %v", err)
	}
	if _, _, err := s.Pending(t.Context()); err == nil || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("the error of a command that only reads is %v", err)
	}
}
