package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// ListRunsByState implements store.Runs.
func (s runStore) ListRunsByState(ctx context.Context, state store.RunState, opts store.ListOptions) ([]store.Run, string, error) {
	items, next, err := listRecords[store.Run](ctx, s.read, opts, listRunsByState, state)
	if err != nil {
		return nil, "", fmt.Errorf("list runs in state %s: %w", state, err)
	}
	return items, next, nil
}

// listRunsByState pages by the key PRIORITY SPACE ID.
const listRunsByState = `SELECT priority||' '||id, v FROM runs WHERE state=?1 AND (?2='' OR priority<CAST(?2 AS INTEGER)
	OR priority=CAST(?2 AS INTEGER) AND id>substr(?2,instr(?2,' ')+1)) ORDER BY priority DESC, id LIMIT ?3`

// CompareAndSwapRun implements store.Runs.
func (s runStore) CompareAndSwapRun(ctx context.Context, r store.Run, from store.RunState) error {
	what := "compare and swap run " + r.ID + " in state " + string(from)
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return s.fenced(ctx, r.Fence, what, func(t *sql.Tx) error {
		res, err := t.ExecContext(ctx, `UPDATE runs SET company=?, state=?, priority=?, v=? WHERE id=? AND state=?`, r.Company, r.State, r.Priority, string(b), r.ID, from)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(store.ErrConflict, err)
		}
		return nil
	})
}

// PutRunRequest implements store.Runs.
func (s runStore) PutRunRequest(ctx context.Context, runID string, r store.RunRequest) error {
	if _, err := s.write.ExecContext(ctx, `INSERT INTO requests(run,v) VALUES(?,?) ON CONFLICT(run) DO UPDATE SET v=excluded.v`, runID, string(r)); err != nil {
		return fmt.Errorf("put request %s to run %s: %w", r, runID, err)
	}
	return nil
}

// GetRunRequest implements store.Runs.
func (s runStore) GetRunRequest(ctx context.Context, runID string) (store.RunRequest, error) {
	var v string
	err := s.read.QueryRowContext(ctx, `SELECT v FROM requests WHERE run=?`, runID).Scan(&v)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("get request to run %s: %w", runID, err)
	}
	return store.RunRequest(v), nil
}

// DeleteRunRequest implements store.Runs.
func (s runStore) DeleteRunRequest(ctx context.Context, runID string) error {
	if _, err := s.write.ExecContext(ctx, `DELETE FROM requests WHERE run=?`, runID); err != nil {
		return fmt.Errorf("delete the request to run %s: %w", runID, err)
	}
	return nil
}

// DeleteCompany implements store.Documents.
func (s documentStore) DeleteCompany(ctx context.Context, company string) error {
	return s.inTransaction(ctx, "delete company "+company, func(t *sql.Tx) error {
		runs, err := queryStrings(ctx, t, `SELECT id FROM runs WHERE company=?`, company)
		if err != nil {
			return err
		}
		for _, id := range runs {
			if err := execAll(ctx, t, id, deleteCheckpoints); err != nil {
				return err
			}
		}
		if err := execAll(ctx, t, company, deleteSearch...); err != nil {
			return err
		}
		return execAll(ctx, t, company,
			`DELETE FROM versions WHERE doc IN (SELECT id FROM documents WHERE company=?)`,
			`DELETE FROM change_labels WHERE sequence IN (SELECT sequence FROM document_changes WHERE company=?)`,
			`DELETE FROM document_changes WHERE company=?`,
			`DELETE FROM snapshots WHERE hash>=?||'#' AND hash<?1||'$'`,
			`DELETE FROM documents WHERE company=?`, `DELETE FROM pages WHERE company=?`,
			`DELETE FROM requests WHERE run IN (SELECT id FROM runs WHERE company=?)`, `DELETE FROM runs WHERE company=?`)
	})
}

// queryStrings returns the rows of a query with one column.
func queryStrings(ctx context.Context, t *sql.Tx, query string, args ...any) (values []string, err error) {
	rows, err := t.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, rows.Err()
}

// execAll executes statements whose only parameter is key.
func execAll(ctx context.Context, t *sql.Tx, key string, statements ...string) error {
	for _, q := range statements {
		if _, err := t.ExecContext(ctx, q, key); err != nil {
			return err
		}
	}
	return nil
}
