package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/comparison"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Inbox has the use cases of the review of changes: what is unread, and what it means.
type Inbox struct {
	Changes *Changes
	Store   InboxStore
	// ObjectionUntil returns the last day for an objection to a change, or the zero time. nil: no
	// deadline is known.
	ObjectionUntil func(ctx context.Context, c store.Change, effectiveDate string) time.Time
	// ExcerptBudget bounds the time that one page spends on the comparisons for its excerpts: none
	// begins after it. A later page continues, because the results are remembered.
	ExcerptBudget time.Duration

	excerpts *excerpts
}

// InboxStore is the part of the store that Inbox uses.
type InboxStore interface {
	ChangesStore
	ListReviews(ctx context.Context, q store.ReviewQuery) (items []store.Review, next string, err error)
	comparison.TextReader
}

// NewInbox returns the use cases of the review of changes.
func NewInbox(changes *Changes, s InboxStore) *Inbox {
	return &Inbox{Changes: changes, Store: s, ExcerptBudget: excerptBudget, excerpts: newExcerpts(s)}
}

// Unread are the states of the reviews that no one has finished.
var Unread = []store.ReviewState{store.ReviewNew, store.ReviewInReview}

// InboxQuery selects one page of changes to review. An empty list of States selects all.
type InboxQuery struct {
	ChangeFilter
	States   []store.ReviewState
	Assignee string
	// Since selects changes that were observed at or after it, if it is set.
	Since time.Time
	store.ListOptions
}

// InboxEntry is a change to review.
type InboxEntry struct {
	ReviewedChange
	Materiality Materiality
	// EffectiveDate (YYYY-MM-DD) is when the text takes effect, or empty. Days is the number of
	// days until then in UTC; it is negative if the date has passed.
	EffectiveDate string
	Days          int
	// ObjectionUntil is the last day for an objection, or zero.
	ObjectionUntil time.Time
	// Excerpt is the first changed sentence. It is empty if there is none, or if its computation
	// would have delayed the page.
	Excerpt []ExcerptPart
}

// List returns one page of the changes that q selects, newest first; changes in a finished state
// are in the order of their reviews. A page can have fewer items than the limit although there are
// more.
func (s *Inbox) List(ctx context.Context, caller Caller, q InboxQuery) ([]InboxEntry, string, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, "", err
	}
	if err := q.check(); err != nil {
		return nil, "", err
	}
	var found []ReviewedChange
	var next string
	var err error
	if q.byReview() {
		found, next, err = s.listByReview(ctx, q)
	} else {
		found, next, err = s.Changes.list(ctx, ChangeQuery{ChangeFilter: q.ChangeFilter, Since: q.Since, ReviewStates: q.States, ListOptions: q.ListOptions})
	}
	if err != nil {
		return nil, "", err
	}
	facts := s.excerpts.of(ctx, found, s.ExcerptBudget)
	entries := make([]InboxEntry, len(found))
	for i, c := range found {
		entries[i] = s.entry(ctx, c, facts[i])
	}
	return entries, next, nil
}

// byReview reports whether the reviews select the page: the store has an order of the reviews by
// state and by assignee, and one of the changes by the properties of changes.
func (q InboxQuery) byReview() bool {
	ofChange := len(q.Types)+len(q.Kinds)+len(q.Labels) > 0 || q.Silent != nil || !q.Since.IsZero()
	return q.Assignee != "" || len(q.States) > 0 && !ofChange
}

// maxReviewsRead bounds the reviews that one page examines.
const maxReviewsRead = 500

// listByReview reads reviews until the page is full, there are no more, or maxReviewsRead are read.
func (s *Inbox) listByReview(ctx context.Context, q InboxQuery) (found []ReviewedChange, next string, err error) {
	limit := store.EffectiveLimit(q.Limit)
	query := store.ReviewQuery{
		States: q.States, Companies: keysOfCompanies(s.Changes.Resources.Namespace, q.Companies), Assignee: q.Assignee,
		ListOptions: store.ListOptions{Limit: limit, Continue: q.Continue},
	}
	for read := 0; read < maxReviewsRead; read += query.Limit {
		query.Limit = limit - len(found)
		reviews, after, err := s.Store.ListReviews(ctx, query)
		switch {
		case errors.Is(err, store.ErrInvalidToken):
			return nil, "", problem.InvalidCursor()
		case errors.Is(err, store.ErrInvalid):
			return nil, "", problem.Wrap(err, problem.InvalidValue, "a filter is too long or has an unknown value")
		case err != nil:
			return nil, "", fmt.Errorf("list the reviews: %w", err)
		}
		for _, r := range reviews {
			if _, visible := nameOfCompany(s.Changes.Resources.Namespace, r.Company); !visible {
				continue
			}
			c, err := s.Store.GetChange(ctx, r.ChangeID)
			if errors.Is(err, store.ErrNotFound) {
				continue // deleted in the meantime
			}
			if err != nil {
				return nil, "", fmt.Errorf("read change %s: %w", r.ChangeID, err)
			}
			rc := ReviewedChange{c, r}
			if s.Changes.selects(&rc, nil) && q.matches(rc.Change) && !rc.At.Before(q.Since) {
				found = append(found, rc)
			}
		}
		query.Continue, next = after, after
		if next == "" || len(found) >= limit {
			break
		}
	}
	return found, next, nil
}

// entry returns what the inbox shows of a change.
func (s *Inbox) entry(ctx context.Context, c ReviewedChange, f versionFacts) InboxEntry {
	e := InboxEntry{ReviewedChange: c, Materiality: MaterialityOf(c.Change), EffectiveDate: c.EffectiveDate, Excerpt: f.excerpt}
	if e.EffectiveDate == "" {
		e.EffectiveDate = f.effective
	}
	if t, err := time.Parse(time.DateOnly, e.EffectiveDate); err == nil {
		e.Days = int(t.Sub(s.Changes.Guard.Now().UTC().Truncate(day)) / day)
	} else {
		e.EffectiveDate = ""
	}
	if s.ObjectionUntil != nil {
		e.ObjectionUntil = s.ObjectionUntil(ctx, c.Change, e.EffectiveDate)
	}
	return e
}

// UnreadCount is the number of unread changes.
type UnreadCount struct {
	N int
	// More is set if there are more than N.
	More bool
}

// CountUnread counts the unread changes, up to 500.
func (s *Inbox) CountUnread(ctx context.Context, caller Caller) (out UnreadCount, err error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return out, err
	}
	reviews, next, err := s.Store.ListReviews(ctx, store.ReviewQuery{States: Unread, ListOptions: store.ListOptions{Limit: store.MaxLimit}})
	if err != nil {
		return out, fmt.Errorf("count the unread changes: %w", err)
	}
	for _, r := range reviews {
		if _, visible := nameOfCompany(s.Changes.Resources.Namespace, r.Company); visible {
			out.N++
		}
	}
	out.More = next != ""
	return out, nil
}
