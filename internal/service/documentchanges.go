package service

import (
	"context"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// Changes returns one page of the changes of a document, newest first. They have the store key of
// the company.
func (s *Documents) Changes(ctx context.Context, caller Caller, id string, opts store.ListOptions) ([]store.Change, string, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, "", err
	}
	if err := checkChangeCursor(opts); err != nil {
		return nil, "", err
	}
	d, err := s.document(ctx, id)
	if err != nil {
		return nil, "", err
	}
	items, next, err := s.Store.ListChanges(ctx, store.ChangeQuery{DocumentIDs: []string{d.ID}, ListOptions: opts})
	if err != nil {
		return nil, "", fmt.Errorf("list the changes of document %s: %w", id, err)
	}
	return items, next, nil
}
