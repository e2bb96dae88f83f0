package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

var _ store.Archiver = (*Store)(nil)

// checkRestored returns an error that wraps store.ErrRestoring if a restore has not ended.
func (s *database) checkRestored(ctx context.Context, q interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) error {
	var since int64
	err := q.QueryRowContext(ctx, `SELECT v FROM meta WHERE k='restoring'`).Scan(&since)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%w; it began at %s", store.ErrRestoring, time.Unix(since, 0).UTC().Format(time.RFC3339))
}

// archivedTables returns the tables whose records an archive contains.
func archivedTables() (tables []string) {
	for _, name := range store.ArchiveSections {
		tables = append(tables, archivedSections[name].tables...)
	}
	return tables
}

// clearDerived deletes the records of derivedTables.
const clearDerived = `DELETE FROM companies; DELETE FROM search_entries; INSERT INTO search_terms(search_terms) VALUES('delete-all')`

// BeginRestore implements store.Archiver.
func (s *Store) BeginRestore(ctx context.Context) (store.Restorer, error) {
	err := s.inTransaction(ctx, "begin the restore", func(t *sql.Tx) error {
		err := s.checkRestored(ctx, t)
		switch {
		case errors.Is(err, store.ErrRestoring):
			for _, table := range archivedTables() {
				if _, err := t.ExecContext(ctx, `DELETE FROM `+table); err != nil { //nolint:gosec // a constant table
					return fmt.Errorf("delete the records of the earlier restore: %w", err)
				}
			}
		case err != nil:
			return err
		default:
			for _, table := range archivedTables() {
				var filled bool
				if err := t.QueryRowContext(ctx, `SELECT EXISTS(SELECT 1 FROM `+table+`)`).Scan(&filled); err != nil {
					return err
				}
				if filled {
					return fmt.Errorf("%w: it has %s", store.ErrNotEmpty, table)
				}
			}
		}
		if _, err := t.ExecContext(ctx, clearDerived); err != nil {
			return fmt.Errorf("delete the derived records: %w", err)
		}
		_, err = t.ExecContext(ctx, `INSERT OR REPLACE INTO meta(k,v) VALUES('restoring',?)`, time.Now().Unix())
		return err
	})
	if err != nil {
		return nil, err
	}
	return &restorer{s: s}, nil
}

// restorer implements store.Restorer.
type restorer struct {
	s *Store
	// w compresses the versions of the document that is being restored.
	w pack.Writer
}

// Put implements store.Restorer.
func (r *restorer) Put(ctx context.Context, entries []store.ArchiveEntry) error {
	err := r.s.inTransaction(ctx, fmt.Sprintf("restore %d records", len(entries)), func(t *sql.Tx) error {
		for _, e := range entries {
			if err := r.put(ctx, t, e); err != nil {
				return fmt.Errorf("%s %q: %w", e.Family.Name, e.Family.Key(e.Record), err)
			}
		}
		return nil
	})
	r.s.wakeWatches(err)
	return err
}

// put writes one entry.
func (r *restorer) put(ctx context.Context, t *sql.Tx, e store.ArchiveEntry) error {
	v, err := json.Marshal(e.Record)
	if err != nil {
		return err
	}
	exec := func(query string, args ...any) error {
		_, err := t.ExecContext(ctx, query, args...)
		return err
	}
	switch rec := e.Record.(type) {
	case *store.ArchivedObject:
		o := store.Object{ObjectKey: store.ObjectKey{Kind: rec.Kind, Namespace: rec.Namespace, Name: rec.Name}, UID: rec.UID, Labels: rec.Labels, JSON: e.Body}
		return r.s.writeObject(ctx, t, store.EventAdded, &o)
	case *store.Run:
		return exec(`INSERT INTO runs(id,company,state,priority,created,run_trigger,v) VALUES(?,?,?,?,?,?,?)`,
			rec.ID, rec.Company, rec.State, rec.Priority, rec.CreatedAt.UnixMilli(), rec.Trigger, string(v))
	case *store.ArchivedRequest:
		return exec(`INSERT INTO requests(run,v) VALUES(?,?)`, rec.RunID, string(rec.Request))
	case *store.ArchivedCheckpoint:
		return exec(`INSERT INTO checkpoints(id,v) VALUES(?,?)`, rec.Key, e.Body)
	case *store.FetchedPage:
		return exec(`INSERT INTO pages(run,url,company,reason,type,fetched,v) VALUES(?,?,?,?,?,?,?)`,
			rec.RunID, rec.URL, rec.Company, rec.Reason, rec.Type, !rec.FetchedAt.IsZero(), string(v))
	case *store.RunEvent:
		return exec(`INSERT INTO run_events(run,sequence,id,v) VALUES(?,?,?,?)`, rec.RunID, rec.Sequence, rec.ID, string(v))
	case *store.Document:
		r.w = pack.Writer{}
		return exec(`INSERT INTO documents(id,company,url,v) VALUES(?,?,?,?)`, rec.ID, rec.Company, rec.URL, string(v))
	case *store.Correction:
		return exec(`INSERT INTO corrections(doc,company,v) VALUES(?,?,?)`, rec.DocumentID, rec.Company, string(v))
	case *store.Change:
		return insertChange(ctx, t, *rec)
	case *store.ArchivedFeed:
		return exec(`INSERT INTO meta(k,v) VALUES('changes',?) ON CONFLICT(k) DO UPDATE SET v=max(v,excluded.v)`, rec.Sequence)
	case *store.ArchivedSnapshot:
		return r.putSnapshot(ctx, t, rec, e.Body)
	case *store.Version:
		blob, keyframe, err := r.w.Version(rec.Number, e.Body)
		if err != nil {
			return err
		}
		stored := *rec
		stored.StoredBytes, stored.Keyframe = len(blob), keyframe
		return insertVersion(ctx, t, pack.PackedVersion{Version: stored, Blob: blob})
	}
	return putAccess(ctx, t, e.Record)
}

// putAccess writes a record of the access to documents.
func putAccess(ctx context.Context, t *sql.Tx, record any) error {
	var err error
	switch r := record.(type) {
	case *store.ArchivedWebhook:
		_, err = execRecord(ctx, t, webhook{r.Webhook, r.SecretTexts}, `INSERT INTO webhooks(id,at,v) VALUES(?,?,?)`, r.ID, r.CreatedAt.UnixMilli())
	case *store.Delivery:
		_, err = execRecord(ctx, t, r, `INSERT INTO deliveries(id,at,webhook,company,document,sequence,state,next,v) VALUES(?,?,?,?,?,?,?,?,?)`,
			r.ID, r.CreatedAt.UnixMilli(), r.WebhookID, r.Company, r.DocumentID, r.Sequence, r.State, r.NextAttempt.UnixMilli())
	case *store.Review:
		err = insertReview(ctx, t, *r)
	case *store.APIKey:
		_, err = execRecord(ctx, t, r, `INSERT INTO api_keys(id,at,v) VALUES(?,?,?)`, r.ID, r.CreatedAt.UnixMilli())
	case *store.AuditEntry:
		_, err = execRecord(ctx, t, r, `INSERT INTO audit(id,at,actor,action,target_kind,target_name,v) VALUES(?,?,?,?,?,?,?)`,
			r.ID, r.At.UnixMilli(), r.Actor, r.Action, r.TargetKind, r.TargetName)
	default:
		err = fmt.Errorf("unexpected record %T", record)
	}
	return err
}

// putSnapshot writes a snapshot, unless another document has it already.
func (r *restorer) putSnapshot(ctx context.Context, t *sql.Tx, rec *store.ArchivedSnapshot, body []byte) error {
	blob, err := r.w.Snapshot(rec.Hash, body)
	if err != nil {
		return err
	}
	res, err := t.ExecContext(ctx, `INSERT INTO snapshots(hash,blob) VALUES(?,?) ON CONFLICT(hash) DO NOTHING`, store.SnapshotKey(rec.Company, rec.Hash), blob)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		r.w.SkipSnapshot()
		return err
	}
	return nil
}

// Finish implements store.Restorer.
func (r *restorer) Finish(ctx context.Context) error {
	return r.s.inTransaction(ctx, "end the restore", func(t *sql.Tx) error {
		if err := fillDerived(ctx, t); err != nil {
			return err
		}
		_, err := t.ExecContext(ctx, `DELETE FROM meta WHERE k='restoring'`)
		return err
	})
}

// Close implements store.Restorer.
func (r *restorer) Close(context.Context) error { return nil }
