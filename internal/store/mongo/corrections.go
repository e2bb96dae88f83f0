package mongo

import (
	"context"

	"github.com/clausea/crawler/internal/store"
)

// applyCorrection applies the correction of a document to d, if there is one.
func (s *database) applyCorrection(_ context.Context, _ *store.Document) error {
	return nil
}
