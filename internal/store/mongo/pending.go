package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Database returns the name of the database.
func (s *Store) Database() string { return s.db.Name() }

// Pending returns the names of the migrations that Migrate would apply, in order, and the
// number of applied ones. It fails if a newer program has migrated the database. It writes nothing, so it creates no collection.
func (s *Store) Pending(ctx context.Context) (pending []string, applied int, err error) {
	done := map[string]bool{}
	err = s.retry(ctx, "list the applied migrations", func(ctx context.Context) error {
		cur, err := s.db.Collection(migrationCollection).Find(ctx, bson.D{})
		if err != nil {
			return err
		}
		var rows []struct {
			ID string `bson:"_id" json:"_id"`
		}
		if err := cur.All(ctx, &rows); err != nil {
			return err
		}
		clear(done)
		for _, r := range rows {
			done[r.ID] = true
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	delete(done, fillProgress)
	for _, m := range migrations {
		if !done[m.name] {
			pending = append(pending, m.name)
		}
		delete(done, m.name)
	}
	for name := range done {
		return nil, 0, s.newerMigration(name)
	}
	applied = len(migrations) - len(pending)
	if applied > 0 {
		err = s.checkRestored(ctx)
	}
	return pending, applied, err
}
