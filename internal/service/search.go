package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Search has the use cases of the full-text search.
type Search struct {
	Guard     Guard
	Store     SearchStore
	Resources Resources
}

// SearchStore is the part of the store that Search uses.
type SearchStore interface {
	SearchDocuments(ctx context.Context, q store.SearchQuery) (items []store.SearchHit, next string, err error)
}

// Find returns one page of the documents whose current text matches, best first. The companies of
// q and of the hits are names. A page can have fewer items than the limit although there are more,
// because it leaves out documents of other namespaces.
func (s *Search) Find(ctx context.Context, caller Caller, q store.SearchQuery) ([]store.SearchHit, string, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, "", err
	}
	for _, t := range q.Types {
		if !doctype.IsKnown(t) {
			return nil, "", problem.OfField("query.types", "there is no document type %.60q; /v1/types lists them", t)
		}
	}
	q.Companies = keysOfCompanies(s.Resources.Namespace, q.Companies)
	items, next, err := s.Store.SearchDocuments(ctx, q)
	if errors.Is(err, store.ErrInvalidQuery) {
		return nil, "", problem.OfField("query.q", "must have at least one word and at most %d", store.MaxSearchWords)
	}
	if err != nil {
		return nil, "", fmt.Errorf("search: %w", err)
	}
	hits := items[:0]
	for _, hit := range items {
		var visible bool
		if hit.Document.Company, visible = nameOfCompany(s.Resources.Namespace, hit.Document.Company); visible {
			hits = append(hits, hit)
		}
	}
	return hits, next, nil
}
