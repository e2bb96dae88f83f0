package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// correctionStore implements store.Corrections.
type correctionStore struct{ *database }

// applyCorrection applies the correction of a document to d. Without one, d is a legal document.
func applyCorrection(ctx context.Context, t *sql.Tx, d *store.Document) error {
	var b []byte
	var c store.Correction
	err := t.QueryRowContext(ctx, `SELECT v FROM corrections WHERE doc=?`, d.ID).Scan(&b)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read the correction of document %s: %w", d.ID, err)
	}
	c.Apply(d)
	return nil
}

// PutCorrection implements store.Corrections.
func (s correctionStore) PutCorrection(ctx context.Context, c store.Correction) error {
	return s.inTransaction(ctx, "put the correction of document "+c.DocumentID, func(t *sql.Tx) error {
		old, err := documentRow(ctx, t, `SELECT v FROM documents WHERE id=?`, c.DocumentID)
		if err != nil {
			return err
		}
		if old == nil {
			return store.ErrNotFound
		}
		c := c.For(*old)
		b, err := json.Marshal(c)
		if err != nil {
			return err
		}
		_, err = t.ExecContext(ctx, `INSERT INTO corrections(doc,company,v) VALUES(?,?,?) ON CONFLICT(doc) DO UPDATE SET company=excluded.company, v=excluded.v`,
			c.DocumentID, c.Company, string(b))
		if err != nil {
			return err
		}
		d := *old
		c.Apply(&d)
		return writeDocument(ctx, t, old, d, nil)
	})
}

// GetCorrection implements store.Corrections.
func (s correctionStore) GetCorrection(ctx context.Context, documentID string) (c store.Correction, err error) {
	return c, s.getRecord(ctx, "get the correction of document "+documentID, &c, `SELECT v FROM corrections WHERE doc=?`, documentID)
}

// ListCorrections implements store.Corrections.
func (s correctionStore) ListCorrections(ctx context.Context, company string, opts store.ListOptions) ([]store.Correction, string, error) {
	items, next, err := listRecords[store.Correction](ctx, s.read, opts, listCorrections, company)
	if err != nil {
		return nil, "", fmt.Errorf("list the corrections of %s: %w", company, err)
	}
	return items, next, nil
}

const listCorrections = `SELECT doc, v FROM corrections WHERE company=? AND doc>? ORDER BY doc LIMIT ?`

// DeleteCorrection implements store.Corrections.
func (s correctionStore) DeleteCorrection(ctx context.Context, documentID string) error {
	if _, err := s.write.ExecContext(ctx, `DELETE FROM corrections WHERE doc=?`, documentID); err != nil {
		return fmt.Errorf("delete the correction of document %s: %w", documentID, err)
	}
	return nil
}
