package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// CreateDocument implements store.Documents.
func (s documentStore) CreateDocument(ctx context.Context, f store.Fence, d store.Document, v store.Version, text string) (stored store.Document, created bool, err error) {
	d.Versions, v.DocumentID, v.Number = 1, d.ID, 1
	err = s.fenced(ctx, f, "create document "+d.URL, func(t *sql.Tx) error {
		var b []byte
		err := t.QueryRowContext(ctx, `SELECT v FROM documents WHERE company=? AND url=?`, d.Company, d.URL).Scan(&b)
		if err == nil {
			err = json.Unmarshal(b, &stored)
			created = stored.ID == d.ID
			return err
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if other, err := documentRow(ctx, t, `SELECT v FROM documents WHERE id=?`, d.ID); err != nil || other != nil {
			return errors.Join(store.ErrExists, err)
		}
		first, err := pack.PackVersion(v, 0, nil, text)
		if err != nil {
			return err
		}
		if err := insertVersion(ctx, t, first); err != nil {
			return err
		}
		if err := writeDocument(ctx, t, nil, d, &text); err != nil {
			return err
		}
		stored, created = d, true
		return nil
	})
	if err != nil {
		return store.Document{}, false, err
	}
	return stored, created, nil
}
