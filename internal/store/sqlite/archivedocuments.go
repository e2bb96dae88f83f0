package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// dumpDocuments passes each document with its correction, snapshots, versions and changes.
func dumpDocuments(ctx context.Context, t *sql.Tx, put func(store.ArchiveEntry) error) error {
	return eachRow(ctx, t, func(rows *sql.Rows) error {
		var b []byte
		d := &store.Document{}
		if err := rows.Scan(&b, &d.Versions); err != nil {
			return err
		}
		stored := d.Versions
		if err := json.Unmarshal(b, d); err != nil {
			return fmt.Errorf("decode a document: %w", err)
		}
		d.Versions = stored
		if err := put(store.ArchiveEntry{Family: store.ArchiveDocuments, Record: d}); err != nil {
			return err
		}
		if err := dumpRecords(store.ArchiveCorrections, `SELECT v FROM corrections WHERE doc=?`, d.ID)(ctx, t, put); err != nil {
			return fmt.Errorf("document %s: %w", d.ID, err)
		}
		if err := dumpVersions(ctx, t, d, put); err != nil {
			return fmt.Errorf("document %s: %w", d.ID, err)
		}
		return dumpRecords(store.ArchiveChanges, `SELECT v FROM document_changes WHERE doc=? ORDER BY sequence`, d.ID)(ctx, t, put)
	}, `SELECT v, (SELECT count(*) FROM versions WHERE doc=documents.id) FROM documents ORDER BY id`)
}

// dumpVersions passes the versions of a document, each after its snapshot.
func dumpVersions(ctx context.Context, t *sql.Tx, d *store.Document, put func(store.ArchiveEntry) error) error {
	var r pack.Reader
	snapshots := map[string]bool{}
	get := func(key string) (blob []byte, err error) {
		return blob, wrapNotFound(t.QueryRowContext(ctx, `SELECT blob FROM snapshots WHERE hash=?`, key).Scan(&blob), "get snapshot "+key)
	}
	return eachRow(ctx, t, func(rows *sql.Rows) error {
		var meta, blob []byte
		if err := rows.Scan(&meta, &blob); err != nil {
			return err
		}
		v := &store.Version{}
		if err := json.Unmarshal(meta, v); err != nil {
			return fmt.Errorf("decode a version: %w", err)
		}
		text, err := r.Version(v.Keyframe, blob)
		if err != nil {
			return fmt.Errorf("version %d: %w", v.Number, err)
		}
		v.StoredBytes, v.Keyframe = 0, false // they describe the stored form
		if hash := v.SnapshotHash; hash != "" && !snapshots[hash] {
			snapshots[hash] = true
			body, err := r.Snapshot(d.Company, hash, get)
			if err != nil {
				return fmt.Errorf("version %d: %w", v.Number, err)
			}
			s := &store.ArchivedSnapshot{Company: d.Company, Hash: hash}
			if err := put(store.ArchiveEntry{Family: store.ArchiveSnapshots, Record: s, Body: body}); err != nil {
				return err
			}
		}
		return put(store.ArchiveEntry{Family: store.ArchiveVersions, Record: v, Body: text})
	}, `SELECT v, blob FROM versions WHERE doc=? ORDER BY n`, d.ID)
}
