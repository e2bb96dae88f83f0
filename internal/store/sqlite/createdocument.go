package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/clausea/crawler/internal/store"
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
		if b, err = json.Marshal(d); err != nil {
			return err
		}
		if _, err := t.ExecContext(ctx, `INSERT INTO documents(id,company,url,v) VALUES(?,?,?,?)`, d.ID, d.Company, d.URL, string(b)); err != nil {
			return err
		}
		stored, created = d, true
		_, err = insertVersion(ctx, t, v, nil, text)
		return err
	})
	if err != nil {
		return store.Document{}, false, err
	}
	return stored, created, nil
}
