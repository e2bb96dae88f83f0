package sqlite

import (
	"context"
	"database/sql"

	"github.com/clausea/crawler/internal/store"
)

// updateSearchIndex updates the search index after the write of a document. text is nil if the
// text did not change.
func updateSearchIndex(_ context.Context, _ *sql.Tx, _ store.Document, _ *string) error {
	return nil
}
