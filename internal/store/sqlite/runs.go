package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// PutRun implements store.Runs.
func (s runStore) PutRun(ctx context.Context, r store.Run) error {
	return s.putRecord(ctx, r.Fence, "put run "+r.ID, r, `INSERT INTO runs(id,company,state,priority,v) VALUES(?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET state=excluded.state, priority=excluded.priority, v=excluded.v`, r.ID, r.Company, r.State, r.Priority)
}

// GetRun implements store.Runs.
func (s runStore) GetRun(ctx context.Context, id string) (r store.Run, err error) {
	return r, s.getRecord(ctx, "get run "+id, &r, `SELECT v FROM runs WHERE id=?`, id)
}

// ListRuns implements store.Runs.
func (s runStore) ListRuns(ctx context.Context, company string, opts store.ListOptions) ([]store.Run, string, error) {
	query, args := listAllRuns, []any(nil)
	if company != "" {
		query, args = listCompanyRuns, []any{company}
	}
	items, next, err := listRecords[store.Run](ctx, s.read, opts, query, args...)
	if err != nil {
		return nil, "", fmt.Errorf("list runs of %q: %w", company, err)
	}
	return items, next, nil
}

// PutCheckpoint implements store.Runs.
func (s runStore) PutCheckpoint(ctx context.Context, f store.Fence, id string, blob []byte) error {
	return s.fenced(ctx, f, "put checkpoint "+id, func(t *sql.Tx) error {
		_, err := t.ExecContext(ctx, `INSERT INTO checkpoints(id,v) VALUES(?,?) ON CONFLICT(id) DO UPDATE SET v=excluded.v`, id, blob)
		return err
	})
}

// GetCheckpoint implements store.Runs.
func (s runStore) GetCheckpoint(ctx context.Context, id string) (b []byte, err error) {
	return b, wrapNotFound(s.read.QueryRowContext(ctx, `SELECT v FROM checkpoints WHERE id=?`, id).Scan(&b), "get checkpoint "+id)
}

// DeleteCheckpoints implements store.Runs.
func (s runStore) DeleteCheckpoints(ctx context.Context, f store.Fence, runID string) error {
	return s.fenced(ctx, f, "delete the checkpoints of run "+runID, func(t *sql.Tx) error {
		return execAll(ctx, t, runID, deleteCheckpoints)
	})
}
