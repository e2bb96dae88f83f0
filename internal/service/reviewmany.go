package service

import (
	"cmp"
	"context"
	"strings"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// MaxReviewMany is the maximum number of changes that ReviewMany reviews.
const MaxReviewMany = 100

// ReviewResult is what ReviewMany did to one change.
type ReviewResult struct {
	ChangeID string
	Review   store.Review
	// Err is why the change was not reviewed, or nil.
	Err error
}

// ReviewMany sets the state of the reviews of up to MaxReviewMany changes, and their notes if note
// is not empty. Their assignees remain; InReview without an assignee is assigned to the caller.
// Each change is reviewed, or not, on its own. The error is a problem if no change was tried.
func (s *Changes) ReviewMany(ctx context.Context, caller Caller, ids []string, state store.ReviewState, note string) ([]ReviewResult, error) {
	switch {
	case len(ids) == 0:
		return nil, problem.OfField("body.ids", "is empty; select at least one change")
	case len(ids) > MaxReviewMany:
		return nil, problem.OfField("body.ids", "has %d changes; at most %d can be reviewed together", len(ids), MaxReviewMany)
	}
	out := make([]ReviewResult, 0, len(ids))
	done := map[string]bool{}
	for _, id := range ids {
		if done[id] {
			continue
		}
		done[id] = true
		r := ReviewResult{ChangeID: id}
		r.Review, r.Err = s.reviewOne(ctx, caller, id, state, note)
		if problem.IsCode(r.Err, problem.Forbidden) {
			return nil, r.Err // the scope is the same for all
		}
		out = append(out, r)
	}
	return out, nil
}

func (s *Changes) reviewOne(ctx context.Context, caller Caller, id string, state store.ReviewState, note string) (store.Review, error) {
	c, err := s.Get(ctx, caller, id)
	if err != nil {
		return store.Review{}, err
	}
	in := NewReview{State: state, Assignee: c.Review.Assignee, Note: cmp.Or(note, c.Review.Note)}
	if state == store.ReviewInReview && in.Assignee == "" {
		in.Assignee = strings.TrimPrefix(caller.Actor, "user:")
	}
	in.Check = func(current store.Review) error {
		if current.Revision != c.Review.Revision {
			return problem.New(problem.PreconditionFailed, "the review was changed by another caller")
		}
		return nil
	}
	return s.Review(ctx, caller, id, in)
}
