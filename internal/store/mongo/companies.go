package mongo

import (
	"context"

	"github.com/clausea/crawler/internal/store"
)

// updateSummary updates the summary of the company after the write of a document. old is the
// previous record, or nil.
func (s *database) updateSummary(_ context.Context, _ *store.Document, _ store.Document) error {
	return nil
}
