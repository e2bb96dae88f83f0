package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// AuditStore is the part of the store that AuditLog uses.
type AuditStore interface {
	ListAudit(ctx context.Context, q store.AuditQuery) (items []store.AuditEntry, next string, err error)
}

// AuditLog has the use cases of the audit log.
type AuditLog struct{ Store AuditStore }

// List returns one page of the entries that q selects, newest first. It needs the scope admin.
func (s *AuditLog) List(ctx context.Context, caller Caller, q store.AuditQuery) ([]store.AuditEntry, string, error) {
	if err := caller.Authorize(store.ScopeAdmin); err != nil {
		return nil, "", err
	}
	items, next, err := s.Store.ListAudit(ctx, q)
	if errors.Is(err, store.ErrInvalid) {
		return nil, "", problem.Wrap(err, problem.InvalidValue, "a filter of the audit log is too long")
	}
	if err != nil {
		return nil, "", fmt.Errorf("list the audit log: %w", err)
	}
	return items, next, nil
}
