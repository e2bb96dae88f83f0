package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// PutRun implements store.Runs.
func (s runStore) PutRun(ctx context.Context, r store.Run) error {
	return s.putRecord(ctx, r.Fence, "put run "+r.ID, r, `INSERT INTO runs(id,company,state,priority,created,run_trigger,v) VALUES(?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET
		company=excluded.company, state=excluded.state, priority=excluded.priority, created=excluded.created, run_trigger=excluded.run_trigger, v=excluded.v`,
		r.ID, r.Company, r.State, r.Priority, r.CreatedAt.UnixMilli(), r.Trigger)
}

// GetRun implements store.Runs.
func (s runStore) GetRun(ctx context.Context, id string) (r store.Run, err error) {
	return r, s.getRecord(ctx, "get run "+id, &r, `SELECT v FROM runs WHERE id=?`, id)
}

// QueryRuns implements store.Runs.
func (s runStore) QueryRuns(ctx context.Context, q store.RunQuery) ([]store.Run, string, error) {
	query, args, limit, err := runQuery(q)
	if err != nil {
		return nil, "", fmt.Errorf("query runs: %w", err)
	}
	items, next, err := readPage[store.Run](ctx, s.read, limit, query, args...)
	if err != nil {
		return nil, "", fmt.Errorf("query runs: %w", err)
	}
	return items, next, nil
}

// runQuery returns the statement for one page of a query, and its parameters.
func runQuery(q store.RunQuery) (query string, args []any, limit int, err error) {
	if err := q.Validate(); err != nil {
		return "", nil, 0, err
	}
	limit, after, err := q.Decode()
	if err != nil {
		return "", nil, 0, err
	}
	var c conditions
	indexed := addIndexed(&c, "company", q.Companies, false)
	indexed = addIndexed(&c, "state", q.States, indexed)
	addIndexed(&c, "run_trigger", q.Triggers, indexed)
	if !q.CreatedSince.IsZero() {
		c.add("created>=?", q.CreatedSince.UnixMilli())
	}
	if after != "" {
		created, id, err := store.DecodeRunKey(after)
		if err != nil {
			return "", nil, 0, err
		}
		c.add("(created,id)<(?,?)", created, id)
	}
	return "SELECT created||' '||id, v FROM runs" + c.where() + " ORDER BY created DESC, id DESC LIMIT ?", append(c.args, limit+1), limit, nil
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
