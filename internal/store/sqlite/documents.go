package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// PutDocument implements store.Documents.
func (s documentStore) PutDocument(ctx context.Context, f store.Fence, d store.Document) error {
	return s.fenced(ctx, f, "put document "+d.URL, func(t *sql.Tx) error {
		old, err := documentRow(ctx, t, `SELECT v FROM documents WHERE id=?`, d.ID)
		if err != nil {
			return err
		}
		if err := applyCorrection(ctx, t, &d); err != nil {
			return err
		}
		return writeDocument(ctx, t, old, d, nil)
	})
}

// GetDocument implements store.Documents.
func (s documentStore) GetDocument(ctx context.Context, id string) (d store.Document, err error) {
	return d, s.getRecord(ctx, "get document "+id, &d, `SELECT v FROM documents WHERE id=?`, id)
}

// FindDocument implements store.Documents.
func (s documentStore) FindDocument(ctx context.Context, company, url string) (d store.Document, err error) {
	return d, s.getRecord(ctx, "find document "+url, &d, `SELECT v FROM documents WHERE company=? AND url=?`, company, url)
}

// These queries scan an index, so the cost of a page does not depend on the number of rows
// in the table.
const (
	listAllDocuments = `SELECT company||char(10)||url, v FROM documents
		WHERE (company, url) > (substr(?1,1,instr(?1||char(10),char(10))-1), substr(?1,instr(?1||char(10),char(10))+1)) ORDER BY company, url LIMIT ?2`
	listCompanyDocuments = `SELECT company||char(10)||url, v FROM documents
		WHERE company=?1 AND url > substr(?2,instr(?2||char(10),char(10))+1) ORDER BY url LIMIT ?3`
	listAllRuns     = `SELECT id, v FROM runs WHERE id < iif(?1='',char(0x10ffff),?1) ORDER BY id DESC LIMIT ?2`
	listCompanyRuns = `SELECT id, v FROM runs WHERE company=?1 AND id < iif(?2='',char(0x10ffff),?2) ORDER BY id DESC LIMIT ?3`
)

// ListDocuments implements store.Documents.
func (s documentStore) ListDocuments(ctx context.Context, company string, opts store.ListOptions) ([]store.Document, string, error) {
	// A key is COMPANY NEWLINE URL. The newline sorts before every character of both.
	query, args := listAllDocuments, []any(nil)
	if company != "" {
		query, args = listCompanyDocuments, []any{company}
	}
	items, next, err := listRecords[store.Document](ctx, s.read, opts, query, args...)
	if err != nil {
		return nil, "", fmt.Errorf("list documents of %q: %w", company, err)
	}
	return items, next, nil
}
