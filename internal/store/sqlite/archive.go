package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// archivedSection is a section of an archive: the tables that contain its records, and how they
// are read.
type archivedSection struct {
	tables []string
	dump   func(context.Context, *sql.Tx, func(store.ArchiveEntry) error) error
}

// archivedSections holds all sections of an archive.
var archivedSections = map[string]archivedSection{
	store.SectionObjects:     {[]string{"objects"}, dumpObjects},
	store.SectionRuns:        {[]string{"runs"}, dumpRecords(store.ArchiveRuns, `SELECT v FROM runs ORDER BY id`)},
	store.SectionRequests:    {[]string{"requests"}, dumpRecords(store.ArchiveRequests, `SELECT json_object('runID', run, 'request', v) FROM requests ORDER BY run`)},
	store.SectionCheckpoints: {[]string{"checkpoints"}, dumpCheckpoints},
	store.SectionPages:       {[]string{"pages"}, dumpRecords(store.ArchivePages, `SELECT v FROM pages ORDER BY run, url`)},
	store.SectionRunEvents:   {[]string{"run_events"}, dumpRecords(store.ArchiveRunEvents, `SELECT v FROM run_events ORDER BY run, sequence`)},
	store.SectionWebhooks:    {[]string{"webhooks"}, dumpRecords(store.ArchiveWebhooks, `SELECT v FROM webhooks ORDER BY id`)},
	store.SectionDeliveries:  {[]string{"deliveries"}, dumpRecords(store.ArchiveDeliveries, `SELECT v FROM deliveries ORDER BY id`)},
	store.SectionReviews:     {[]string{"reviews"}, dumpRecords(store.ArchiveReviews, `SELECT v FROM reviews ORDER BY id`)},
	store.SectionAPIKeys:     {[]string{"api_keys"}, dumpRecords(store.ArchiveAPIKeys, `SELECT v FROM api_keys ORDER BY id`)},
	store.SectionAudit:       {[]string{"audit"}, dumpRecords(store.ArchiveAudit, `SELECT v FROM audit ORDER BY id`)},
	store.SectionDocuments:   {[]string{"documents", "versions", "snapshots", "document_changes", "change_labels", "corrections"}, dumpDocuments},
	store.SectionFeed:        {nil, dumpRecords(store.ArchiveFeed, `SELECT json_object('sequence', v) FROM meta WHERE k='changes'`)},
}

// unarchivedTables holds the tables that an archive does not contain, and why.
var unarchivedTables = map[string]string{
	"meta":    "resource versions, the position of the feed, which an archive has as a record of its own, and the mark of a restore belong to one store",
	"changes": "watches list again when they do not find their version",
	"leases":  "leases belong to running processes",

	"sessions":    "sessions are short-lived; people sign in again",
	"idempotency": "idempotency keys are short-lived",
}

// derivedTables lists the tables whose records a restore creates from others.
var derivedTables = []string{"companies", "search_entries", "search_terms"}

// Dump implements store.Dumper. All reads are one read transaction.
func (s *database) Dump(ctx context.Context, put func(store.ArchiveEntry) error) error {
	t, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("read the embedded store: %w", err)
	}
	defer func() { _ = t.Rollback() }()
	for _, name := range store.ArchiveSections {
		if err := archivedSections[name].dump(ctx, t, put); err != nil {
			return fmt.Errorf("read the %s: %w", name, err)
		}
	}
	return nil
}

// eachRow calls do with each row of a query.
func eachRow(ctx context.Context, t *sql.Tx, do func(*sql.Rows) error, query string, args ...any) error {
	rows, err := t.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := do(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// dumpRecords returns the dump of a family whose records a query selects as JSON.
func dumpRecords(family *store.ArchiveFamily, query string, args ...any) func(context.Context, *sql.Tx, func(store.ArchiveEntry) error) error {
	return func(ctx context.Context, t *sql.Tx, put func(store.ArchiveEntry) error) error {
		return eachRow(ctx, t, func(rows *sql.Rows) error {
			var b []byte
			if err := rows.Scan(&b); err != nil {
				return err
			}
			e := store.ArchiveEntry{Family: family, Record: family.New()}
			if err := json.Unmarshal(b, e.Record); err != nil {
				return fmt.Errorf("decode a record of family %s: %w", family.Name, err)
			}
			return put(e)
		}, query, args...)
	}
}

func dumpObjects(ctx context.Context, t *sql.Tx, put func(store.ArchiveEntry) error) error {
	return eachRow(ctx, t, func(rows *sql.Rows) error {
		o, err := scanObject(rows)
		if err != nil {
			return err
		}
		r := &store.ArchivedObject{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name, UID: o.UID, Labels: o.Labels}
		return put(store.ArchiveEntry{Family: store.ArchiveObjects, Record: r, Body: o.JSON})
	}, `SELECT kind,ns,name,rv,uid,labels,json FROM objects ORDER BY kind, ns||'/'||name`)
}

func dumpCheckpoints(ctx context.Context, t *sql.Tx, put func(store.ArchiveEntry) error) error {
	return eachRow(ctx, t, func(rows *sql.Rows) error {
		r := &store.ArchivedCheckpoint{}
		e := store.ArchiveEntry{Family: store.ArchiveCheckpoints, Record: r}
		if err := rows.Scan(&r.Key, &e.Body); err != nil {
			return err
		}
		return put(e)
	}, `SELECT id, v FROM checkpoints ORDER BY id`)
}
