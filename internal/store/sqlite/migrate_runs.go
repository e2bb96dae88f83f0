package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// createRunEvents is the part of the migration of runs that adds their events.
const createRunEvents = `
CREATE TABLE run_events(run TEXT, sequence INTEGER, id TEXT NOT NULL, v TEXT NOT NULL, PRIMARY KEY(run, sequence)) WITHOUT ROWID;
CREATE UNIQUE INDEX run_events_id ON run_events(run, id);
`

// addRunColumns is the part of the migration of runs that adds the columns of QueryRuns.
// fillRunColumns sets their values.
const addRunColumns = `
ALTER TABLE runs ADD COLUMN created INTEGER NOT NULL DEFAULT 0; -- milliseconds since 1970
ALTER TABLE runs ADD COLUMN run_trigger TEXT NOT NULL DEFAULT '';
CREATE INDEX runs_created ON runs(created DESC, id DESC);
CREATE INDEX runs_company_created ON runs(company, created DESC, id DESC);
CREATE INDEX runs_state_created ON runs(state, created DESC, id DESC);
CREATE INDEX runs_trigger_created ON runs(run_trigger, created DESC, id DESC);
`

// keyPagesByRun is the part of the migration of runs that changes the key of a page from
// company and URL to run and URL.
const keyPagesByRun = `
ALTER TABLE pages RENAME TO old_pages;
CREATE TABLE pages(run TEXT, url TEXT, company TEXT NOT NULL, reason TEXT NOT NULL, type TEXT NOT NULL, fetched INTEGER NOT NULL, v TEXT NOT NULL, PRIMARY KEY(run, url)) WITHOUT ROWID;
INSERT INTO pages(run,url,company,reason,type,fetched,v)
	SELECT v->>'$.runID', url, company, coalesce(v->>'$.reason',''), coalesce(v->>'$.type',''), coalesce(v->>'$.fetchedAt','')>'0002', v FROM old_pages;
DROP TABLE old_pages;
CREATE INDEX pages_company ON pages(company, run);
CREATE INDEX pages_reason ON pages(run, reason);
CREATE INDEX pages_type ON pages(run, type);
`

func fillRunColumns(ctx context.Context, t *sql.Tx) error {
	created := map[string]int64{}
	rows, err := t.QueryContext(ctx, `SELECT id, coalesce(json_extract(v,'$.createdAt'),'0001-01-01T00:00:00Z') FROM runs`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, text string
		if err := rows.Scan(&id, &text); err != nil {
			return err
		}
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return fmt.Errorf("read the time of creation of run %s: %w", id, err)
		}
		created[id] = at.UnixMilli()
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for id, at := range created {
		if _, err := t.ExecContext(ctx, `UPDATE runs SET created=? WHERE id=?`, at, id); err != nil {
			return err
		}
	}
	return nil
}
