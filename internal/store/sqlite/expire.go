package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// listRunCompanies reads one index entry for each company, not one for each run.
const listRunCompanies = `WITH RECURSIVE names(name) AS (
		SELECT min(company) FROM runs WHERE company>?1
		UNION ALL SELECT (SELECT min(company) FROM runs WHERE company>name) FROM names WHERE name IS NOT NULL LIMIT ?2)
	SELECT name, json_quote(name) FROM names WHERE name IS NOT NULL`

// ListRunCompanies implements store.Runs.
func (s runStore) ListRunCompanies(ctx context.Context, opts store.ListOptions) ([]string, string, error) {
	names, next, err := listRecords[string](ctx, s.read, opts, listRunCompanies)
	if err != nil {
		return nil, "", fmt.Errorf("list the companies that have runs: %w", err)
	}
	return names, next, nil
}

// listExpiredRuns selects the runs that ExpireRuns deletes. The OFFSET selects the oldest run
// that is kept by count; if there are fewer runs, no run is too old by count.
const listExpiredRuns = `SELECT id FROM runs WHERE company=?1 AND state IN ('Complete','Failed')
		AND id<(SELECT max(id) FROM runs WHERE company=?1)
		AND (id<coalesce((SELECT id FROM runs WHERE company=?1 ORDER BY id DESC LIMIT 1 OFFSET ?2),'')
			OR unixepoch(json_extract(v,'$.finishedAt'))<?3 AND unixepoch(json_extract(v,'$.createdAt'))<?3)
		AND (json_extract(v,'$.task') IS NULL OR json_extract(v,'$.archivedAt')>'0002')
	ORDER BY id LIMIT ?4`

// ExpireRuns implements store.Runs.
func (s runStore) ExpireRuns(ctx context.Context, company string, keep int, before time.Time) (deleted int, err error) {
	err = s.inTransaction(ctx, "expire runs of "+company, func(t *sql.Tx) error {
		ids, err := queryStrings(ctx, t, listExpiredRuns, company, max(keep, 1)-1, before.Unix(), store.MaxExpiredRuns)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := execAll(ctx, t, id, deleteCheckpoints, `DELETE FROM requests WHERE run=?`, `DELETE FROM run_events WHERE run=?`, `DELETE FROM pages WHERE run=?`, `DELETE FROM runs WHERE id=?`); err != nil {
				return err
			}
		}
		deleted = len(ids)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return deleted, nil
}
