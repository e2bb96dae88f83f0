package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// migration is one step of the schema's history: statements, then a function, if it has one.
type migration struct {
	statements string
	do         func(context.Context, *sql.Tx) error
}

// migrations are applied in this order, each once. PRAGMA user_version stores the number of
// applied migrations. A released migration must not change: append another one instead.
var migrations = []migration{{statements: `
CREATE TABLE meta(k TEXT PRIMARY KEY, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE objects(kind TEXT, ns TEXT, name TEXT, rv INTEGER NOT NULL, uid TEXT NOT NULL, labels TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY(kind, ns, name)) WITHOUT ROWID;
CREATE TABLE changes(rv INTEGER PRIMARY KEY, type TEXT NOT NULL, kind TEXT NOT NULL, ns TEXT NOT NULL, name TEXT NOT NULL, uid TEXT NOT NULL, labels TEXT NOT NULL, json TEXT NOT NULL);
CREATE TABLE leases(name TEXT PRIMARY KEY, holder TEXT NOT NULL, epoch INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE runs(id TEXT PRIMARY KEY, company TEXT NOT NULL, v TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX runs_company ON runs(company, id);
CREATE TABLE checkpoints(id TEXT PRIMARY KEY, v BLOB NOT NULL);
CREATE TABLE pages(company TEXT, url TEXT, v TEXT NOT NULL, PRIMARY KEY(company, url)) WITHOUT ROWID;
CREATE TABLE documents(id TEXT PRIMARY KEY, company TEXT NOT NULL, url TEXT NOT NULL, v TEXT NOT NULL);
CREATE UNIQUE INDEX documents_url ON documents(company, url);
CREATE TABLE versions(doc TEXT, n INTEGER, hash TEXT NOT NULL, fetched INTEGER NOT NULL, full INTEGER NOT NULL, v TEXT NOT NULL, blob BLOB NOT NULL, PRIMARY KEY(doc, n));
CREATE TABLE snapshots(hash TEXT PRIMARY KEY, blob BLOB NOT NULL);
`}, {statements: `
ALTER TABLE runs ADD COLUMN state TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET state=json_extract(v, '$.state');
CREATE INDEX runs_state ON runs(state, priority DESC, id);
CREATE TABLE requests(run TEXT PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID;
`}, {statements: renameRecordKeys}, {statements: createChanges}, {statements: createSearch, do: fillSummaries}, {statements: createRunEvents + addRunColumns + keyPagesByRun, do: fillRunColumns}, {statements: createAccessRecords}, {do: indexTerms}}

// Migrate implements store.Store.
func (s *Store) Migrate(ctx context.Context) ([]string, error) {
	applied, err := s.migrate(ctx)
	if err == nil {
		err = s.checkRestored(ctx, s.write)
	}
	return applied, err
}

// migrate applies the missing migrations and returns their names.
func (s *Store) migrate(ctx context.Context) ([]string, error) {
	var applied []string
	err := s.inTransaction(ctx, "migrate the embedded store", func(t *sql.Tx) error {
		var at int
		if err := t.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&at); err != nil {
			return err
		}
		if err := checkVersion(at); err != nil {
			return err
		}
		for ; at < len(migrations); at++ {
			if err := migrations[at].apply(ctx, t); err != nil {
				return fmt.Errorf("migration %d: %w", at+1, err)
			}
			applied = append(applied, migrationName(at))
		}
		_, err := t.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version=%d`, at))
		return err
	})
	return applied, err
}

func (m migration) apply(ctx context.Context, t *sql.Tx) error {
	if _, err := t.ExecContext(ctx, m.statements); err != nil {
		return err
	}
	if m.do == nil {
		return nil
	}
	return m.do(ctx, t)
}

// migrationName returns the name of migrations[i].
func migrationName(i int) string { return fmt.Sprintf("sqlite-%d", i+1) }

// checkVersion returns an error if a schema version is newer than this program.
func checkVersion(version int) error {
	if version > len(migrations) {
		return fmt.Errorf("schema version %d is newer than this program supports (%d): upgrade the program", version, len(migrations))
	}
	return nil
}
