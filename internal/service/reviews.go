package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// NewReview is what a person records about a change.
type NewReview struct {
	State    store.ReviewState
	Assignee string // empty: no one
	Note     string
	// Check receives the current review. Its error rejects the new one. It may be nil.
	Check func(current store.Review) error
}

// Review replaces the review of a change. If another caller replaces it at the same time, the
// error is a PreconditionFailed problem.
func (s *Changes) Review(ctx context.Context, caller Caller, changeID string, in NewReview) (stored store.Review, err error) {
	a := Action{Name: "change.review", Scope: store.ScopeReview, TargetKind: "change", TargetName: changeID}
	err = s.Guard.Change(ctx, caller, a, func(ctx context.Context, r *Recorded) error {
		c, err := s.get(ctx, changeID)
		if err != nil {
			return err
		}
		r.Before = c.Review
		if in.Check != nil {
			if err := in.Check(c.Review); err != nil {
				return err
			}
		}
		stored, err = s.Store.PutReview(ctx, store.Review{
			ChangeID: changeID, Revision: c.Review.Revision, Company: v1alpha1.StoreKey(s.Resources.Namespace, c.Company),
			State: in.State, Assignee: in.Assignee, Note: in.Note, Author: caller.Actor, At: s.Guard.Now(),
		})
		switch {
		case errors.Is(err, store.ErrConflict):
			return problem.Wrap(err, problem.PreconditionFailed, "the review was changed by another caller")
		case errors.Is(err, store.ErrInvalid):
			return problem.Wrap(err, problem.InvalidValue, "the assignee has more than 256 bytes, the note has more than 4096 bytes, or one of them contains a NUL character")
		case err != nil:
			return fmt.Errorf("write the review of change %s: %w", changeID, err)
		}
		r.After = stored
		return nil
	})
	return stored, err
}
