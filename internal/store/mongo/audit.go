package mongo

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/clausea/crawler/internal/store"
)

// auditStore implements store.Audit.
type auditStore struct{ *database }

// auditEntry is the stored form of a store.AuditEntry.
type auditEntry struct {
	Key              string `json:"_id"`
	store.AuditEntry `json:",inline"`
}

// AppendAudit implements store.Audit.
func (s auditStore) AppendAudit(ctx context.Context, e store.AuditEntry) error {
	what := "append audit entry " + e.ID
	e, err := e.Checked()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return s.retry(ctx, what, func(ctx context.Context) error {
		_, err := s.db.Collection(auditCollection).InsertOne(ctx, auditEntry{e.ID, e})
		if mongo.IsDuplicateKeyError(err) {
			return nil
		}
		return err
	})
}

// ListAudit implements store.Audit.
func (s auditStore) ListAudit(ctx context.Context, q store.AuditQuery) ([]store.AuditEntry, string, error) {
	if err := q.Check(); err != nil {
		return nil, "", err
	}
	return listNewest(ctx, s.database, "list audit entries", selectAudit(q), q.ListOptions, func(e auditEntry) (store.NewestKey, store.AuditEntry) {
		return store.NewestKey{At: e.At, ID: e.Key}, e.AuditEntry
	})
}

// selectAudit returns the query for q.
func selectAudit(q store.AuditQuery) newestQuery {
	query := newestQuery{collection: auditCollection, at: "at"}
	query.equal("actor", q.Actor)
	query.equal("action", q.Action)
	query.equal("targetKind", q.TargetKind)
	query.equal("targetName", q.TargetName)
	if !q.Since.IsZero() {
		query.filter = append(query.filter, bson.E{Key: "at", Value: bson.D{{Key: "$gte", Value: q.Since}}})
	}
	return query
}

// ExpireAudit implements store.Audit.
func (s auditStore) ExpireAudit(ctx context.Context, before time.Time) (int, error) {
	return s.expire(ctx, "expire audit entries", auditCollection, bson.D{{Key: "at", Value: bson.D{{Key: "$lt", Value: before}}}})
}
