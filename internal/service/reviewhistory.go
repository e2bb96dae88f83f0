package service

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// ReviewEvent is a past attempt to review a change, from the audit log.
type ReviewEvent struct {
	At      time.Time
	Actor   string
	Outcome store.AuditOutcome
	// Review is what the change had afterwards. It is nil if the attempt did not succeed, or if the
	// audit log had no room for it.
	Review *store.Review
}

// maxReviewEvents is the maximum number of events of a history.
const maxReviewEvents = 50

// History returns the newest reviews of a change, the newest first, at most 50.
func (s *Changes) History(ctx context.Context, caller Caller, changeID string) ([]ReviewEvent, error) {
	if _, err := s.Get(ctx, caller, changeID); err != nil {
		return nil, err
	}
	entries, _, err := s.Store.ListAudit(ctx, store.AuditQuery{TargetKind: "change", TargetName: changeID, ListOptions: store.ListOptions{Limit: maxReviewEvents}})
	if err != nil {
		return nil, fmt.Errorf("list the audit entries of change %s: %w", changeID, err)
	}
	out := make([]ReviewEvent, 0, len(entries))
	for _, e := range entries {
		event := ReviewEvent{At: e.At, Actor: e.Actor, Outcome: e.Outcome}
		var r store.Review
		if e.Outcome == store.AuditSucceeded && len(e.After) > 0 && json.Unmarshal(e.After, &r) == nil {
			event.Review = &r
		}
		out = append(out, event)
	}
	return out, nil
}

// Neighbours returns the IDs of the changes of the same document before and after a change. An ID
// is empty if there is no such change.
func (s *Changes) Neighbours(ctx context.Context, caller Caller, c store.Change) (previous, next string, err error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return "", "", err
	}
	one := store.ChangeQuery{DocumentIDs: []string{c.DocumentID}, ListOptions: store.ListOptions{Limit: 1}}
	older, newer := one, one
	older.Continue = store.EncodeContinue(store.ChangeCursor(c.Sequence))
	newer.After, newer.Order = c.Sequence, store.OldestFirst
	for _, side := range []struct {
		q  store.ChangeQuery
		id *string
	}{{older, &previous}, {newer, &next}} {
		items, _, err := s.Store.ListChanges(ctx, side.q)
		if err != nil {
			return "", "", fmt.Errorf("list the changes of document %s: %w", c.DocumentID, err)
		}
		if len(items) > 0 {
			*side.id = items[0].ID
		}
	}
	return previous, next, nil
}
