package store

import (
	"context"
	"time"
)

// ReviewState is how far people have reviewed a change, and what they decided.
type ReviewState string

// The states of a review.
const (
	ReviewNew      ReviewState = "New"      // no one has looked at the change
	ReviewInReview ReviewState = "InReview" // Assignee reviews it
	ReviewReviewed ReviewState = "Reviewed" // read, and handled if that was necessary
	// ReviewNoAction is the decision that the change needs no action. It is a state of its own,
	// because a company must be able to show that it made this decision.
	ReviewNoAction  ReviewState = "NoAction"
	ReviewObjected  ReviewState = "Objected"  // the company objected to the change
	ReviewEscalated ReviewState = "Escalated" // someone else has to decide
)

var reviewStates = []ReviewState{ReviewNew, ReviewInReview, ReviewReviewed, ReviewNoAction, ReviewObjected, ReviewEscalated}

// Review is what people recorded about a change. CommitDocument stores a New review with each
// change, so that the changes that no one has looked at can be listed. The audit log has the
// earlier states.
type Review struct {
	ChangeID string `json:"changeID"`
	// Revision counts the writes by people. It is 0 if there was none.
	Revision int64       `json:"revision"`
	Company  string      `json:"company"` // of the change
	State    ReviewState `json:"state"`
	Assignee string      `json:"assignee"` // empty: no one
	Note     string      `json:"note"`     // at most 4096 bytes
	Author   string      `json:"author"`   // who wrote the record; empty if Revision is 0
	At       time.Time   `json:"at"`       // when; the time of the change if Revision is 0
}

// NewReview returns the review that CommitDocument stores with a change.
func NewReview(c Change) Review {
	return Review{ChangeID: c.ID, Company: c.Company, State: ReviewNew, At: StoredTime(c.At)}
}

// Checked returns r as it is stored, or an error that wraps ErrInvalid.
func (r Review) Checked() (Review, error) {
	b := bounds{what: "review of a change"}
	b.required("changeID", r.ChangeID, maxID)
	b.required("company", r.Company, maxID)
	oneOf(&b, "state", r.State, reviewStates...)
	b.text("assignee", r.Assignee, maxID)
	b.text("note", r.Note, maxText)
	b.required("author", r.Author, maxID)
	b.after("at", r.At, time.Time{})
	r.At = StoredTime(r.At)
	return r, b.err
}

// ReviewQuery selects reviews. An empty value selects all values of its field.
type ReviewQuery struct {
	States    []ReviewState
	Companies []string
	Assignee  string
	ListOptions
}

// Check returns an error that wraps ErrInvalid if q exceeds a bound.
func (q ReviewQuery) Check() error {
	b := bounds{what: "list reviews"}
	anyOf(&b, "states", q.States, reviewStates...)
	b.filter("companies", q.Companies)
	b.text("assignee", q.Assignee, maxID)
	return b.err
}

// Reviews stores the reviews of changes. Deleting a company deletes the reviews of its changes.
type Reviews interface {
	// PutReview stores r if r.Revision is the revision of the stored record, or 0 if there is
	// none, and returns it with its new revision, which is at least 1. If not, it returns
	// ErrConflict.
	PutReview(ctx context.Context, r Review) (Review, error)
	// GetReview returns the review of a change. If there is no record, it is New with the
	// revision 0.
	GetReview(ctx context.Context, changeID string) (Review, error)
	// GetReviews returns the records of changes by their IDs. Changes without a record are
	// absent. More than MaxLimit IDs are an error.
	GetReviews(ctx context.Context, changeIDs []string) (map[string]Review, error)
	// ListReviews returns one page of the records that q selects, the latest write first.
	ListReviews(ctx context.Context, q ReviewQuery) (items []Review, next string, err error)
}

// CheckReviewIDs returns an error that wraps ErrInvalid if there are more than MaxLimit IDs.
func CheckReviewIDs(changeIDs []string) error {
	b := bounds{what: "get reviews"}
	b.texts("changeIDs", changeIDs, MaxLimit, maxID)
	return b.err
}
