package mongo

import (
	"context"

	"github.com/clausea/crawler/internal/store"
)

// updateSearchIndex updates the search index after the write of a document. text is nil if the
// text did not change.
func (s *database) updateSearchIndex(_ context.Context, _ store.Document, _ *string) error {
	return nil
}
