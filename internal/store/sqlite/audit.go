package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// auditStore implements store.Audit.
type auditStore struct{ *database }

// AppendAudit implements store.Audit.
func (s auditStore) AppendAudit(ctx context.Context, e store.AuditEntry) error {
	what := "append audit entry " + e.ID
	e, err := e.Checked()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return s.inTransaction(ctx, what, func(t *sql.Tx) error {
		_, err := execRecord(ctx, t, e, `INSERT OR IGNORE INTO audit(id,at,actor,action,target_kind,target_name,v) VALUES(?,?,?,?,?,?,?)`,
			e.ID, e.At.UnixMilli(), e.Actor, e.Action, e.TargetKind, e.TargetName)
		return err
	})
}

// ListAudit implements store.Audit.
func (s auditStore) ListAudit(ctx context.Context, q store.AuditQuery) ([]store.AuditEntry, string, error) {
	if err := q.Check(); err != nil {
		return nil, "", err
	}
	return listNewest(ctx, s.read, "list audit entries", selectAudit(q), q.ListOptions, func(e store.AuditEntry) store.NewestKey {
		return store.NewestKey{At: e.At, ID: e.ID}
	})
}

// selectAudit returns the query for q.
func selectAudit(q store.AuditQuery) newestQuery {
	query := newestQuery{table: "audit"}
	query.equal("actor", q.Actor)
	query.equal("action", q.Action)
	query.equal("target_kind", q.TargetKind)
	query.equal("target_name", q.TargetName)
	if !q.Since.IsZero() {
		query.where("at>=?", q.Since.UnixMilli())
	}
	return query
}

// expireAudit deletes a limited number of entries.
const expireAudit = `DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at<? ORDER BY at LIMIT ?)`

// ExpireAudit implements store.Audit.
func (s auditStore) ExpireAudit(ctx context.Context, before time.Time) (int, error) {
	return s.deleteCount(ctx, "expire audit entries", expireAudit, before.UnixMilli(), store.MaxExpired)
}
