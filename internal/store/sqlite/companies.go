package sqlite

import (
	"context"
	"database/sql"

	"github.com/clausea/crawler/internal/store"
)

// updateSummary updates the summary of the company after the write of a document. old is the
// previous record, or nil.
func updateSummary(_ context.Context, _ *sql.Tx, _ *store.Document, _ store.Document) error {
	return nil
}
