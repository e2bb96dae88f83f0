package sqlite

import (
	"context"
	"database/sql"

	"github.com/clausea/crawler/internal/store"
)

// applyCorrection applies the correction of a document to d, if there is one.
func applyCorrection(_ context.Context, _ *sql.Tx, _ *store.Document) error {
	return nil
}
