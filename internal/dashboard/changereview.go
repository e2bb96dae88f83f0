package dashboard

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// reviewState is a state of a review with what it means.
type reviewState struct {
	State store.ReviewState
	Text  string
}

// reviewStates are the states that a person can set.
var reviewStates = []reviewState{
	{store.ReviewInReview, "In review: someone is reading it"},
	{store.ReviewReviewed, "Reviewed: read, and handled if necessary"},
	{store.ReviewNoAction, "No action: it needs none"},
	{store.ReviewObjected, "Objected: the company objected to it"},
	{store.ReviewEscalated, "Escalated: someone else has to decide"},
}

// reviewForm is the review of a change as the form has it.
type reviewForm struct {
	// Stored is the review in the store.
	Stored store.Review
	// State, Assignee and Note are what the form shows. They are what the user typed if the review
	// was not stored.
	State          store.ReviewState
	Assignee, Note string
	Error          string
}

func newReviewForm(r store.Review) *reviewForm {
	return &reviewForm{Stored: r, State: r.State, Assignee: r.Assignee, Note: r.Note}
}

// States returns the states to choose from.
func (f *reviewForm) States() []reviewState { return reviewStates }

// reviewChange stores a review. If it cannot, the page shows the form again with what the user
// typed.
func (s *Server) reviewChange(v *visit) (outcome, error) {
	id := v.Path("id")
	f := &reviewForm{State: store.ReviewState(v.Form("state")), Assignee: v.Form("assignee"), Note: v.Form("note")}
	known := slices.ContainsFunc(reviewStates, func(r reviewState) bool { return r.State == f.State })
	if !known {
		f.Error = "Choose a state."
		return s.reviewAgain(v, id, f, http.StatusUnprocessableEntity)
	}
	_, err := s.o.Services.Changes.Review(v.Context(), v.Caller, id, service.NewReview{
		State: f.State, Assignee: f.Assignee, Note: f.Note,
		Check: func(current store.Review) error {
			if strconv.FormatInt(current.Revision, 10) == v.Form("revision") {
				return nil
			}
			return problem.New(problem.PreconditionFailed, "the review was changed by another user")
		},
	})
	switch {
	case problem.IsCode(err, problem.PreconditionFailed):
		return s.reviewAgain(v, id, f, http.StatusConflict)
	case problem.IsCode(err, problem.InvalidValue):
		f.Error = sentence(err.Error())
		return s.reviewAgain(v, id, f, http.StatusUnprocessableEntity)
	case err != nil:
		return outcome{}, err
	}
	return outcome{To: pathOf("changes", id), Notice: "The review is stored: " + words(f.State) + "."}, nil
}

// reviewAgain shows the page with the current review and what the user typed.
func (s *Server) reviewAgain(v *visit, id string, f *reviewForm, status int) (outcome, error) {
	c, err := s.o.Services.Changes.Get(v.Context(), v.Caller, id)
	if err != nil {
		return outcome{}, err
	}
	f.Stored = c.Review
	if f.Error == "" {
		f.Error = fmt.Sprintf("%s changed the review to “%s” while you wrote. Your text is still here. Save again to replace that review.", c.Review.Author, words(c.Review.State))
	}
	p, err := s.showChange(v, c, f)
	return outcome{Show: &p, Status: status}, err
}
