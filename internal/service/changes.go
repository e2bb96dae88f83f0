package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Changes has the use cases of the feed of changes and of their reviews. The changes that it
// returns have the name of the company, not its store key.
type Changes struct {
	Guard     Guard
	Store     ChangesStore
	Resources Resources

	hub changeHub
}

// ChangesStore is the part of the store that Changes uses.
type ChangesStore interface {
	store.Changes
	PutReview(ctx context.Context, r store.Review) (store.Review, error)
	GetReview(ctx context.Context, changeID string) (store.Review, error)
	GetReviews(ctx context.Context, changeIDs []string) (map[string]store.Review, error)
	ListAudit(ctx context.Context, q store.AuditQuery) (items []store.AuditEntry, next string, err error)
	summaryReader
}

// ChangeFilter selects changes. An empty list selects all values of its field.
type ChangeFilter struct {
	// Companies are names of companies.
	Companies, Types []string
	Kinds            []store.ChangeKind
	// Labels selects changes that have at least one of the labels.
	Labels []string
	// Silent selects silent changes, or those that are not, if it is set.
	Silent *bool
}

// check returns a problem if the filter names an unknown type. A misspelled type would select
// nothing, without a hint.
func (f ChangeFilter) check() error {
	for _, t := range f.Types {
		if !doctype.IsKnown(t) {
			return problem.OfField("query.types", "there is no document type %.60q; /v1/types lists them", t)
		}
	}
	return nil
}

// ChangeQuery selects one page of changes, newest first.
type ChangeQuery struct {
	ChangeFilter
	// Since selects changes that were observed at or after it, if it is set.
	Since time.Time
	// ReviewStates selects changes whose review has one of the states.
	ReviewStates []store.ReviewState
	store.ListOptions
}

// ReviewedChange is a change with its review.
type ReviewedChange struct {
	store.Change
	Review store.Review
}

// maxScanned bounds the changes that one page examines: the store does not select changes by the
// state of their review or by namespace.
const maxScanned = 2000

// List returns one page of the changes that q selects, newest first. A page can have fewer items
// than the limit although there are more: List examines at most 2,500 changes, and the next page
// continues after them.
func (s *Changes) List(ctx context.Context, caller Caller, q ChangeQuery) ([]ReviewedChange, string, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, "", err
	}
	return s.list(ctx, q)
}

// ListOfCompany is List for the changes of one company, which must exist.
func (s *Changes) ListOfCompany(ctx context.Context, caller Caller, company string, q ChangeQuery) ([]ReviewedChange, string, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, "", err
	}
	q.Companies = []string{company}
	items, next, err := s.list(ctx, q)
	if err == nil && len(items) == 0 {
		err = s.Resources.checkCompany(ctx, s.Store, company)
	}
	return items, next, err
}

// list reads changes until the page is full, there are no more, or maxScanned are read.
func (s *Changes) list(ctx context.Context, q ChangeQuery) (found []ReviewedChange, next string, err error) {
	if err := q.check(); err != nil {
		return nil, "", err
	}
	if err := checkChangeCursor(q.ListOptions); err != nil {
		return nil, "", err
	}
	limit := store.EffectiveLimit(q.Limit)
	page := store.ChangeQuery{
		Companies: keysOfCompanies(s.Resources.Namespace, q.Companies), Types: q.Types, Kinds: q.Kinds, Labels: q.Labels, Silent: q.Silent,
		Since: q.Since, ListOptions: store.ListOptions{Limit: limit, Continue: q.Continue},
	}
	for scanned := 0; ; page.Continue, page.Limit = next, store.MaxLimit {
		items, after, err := s.readChanges(ctx, page)
		if err != nil {
			return nil, "", err
		}
		next, scanned = after, scanned+len(items)
		for i, c := range items {
			if !s.selects(&c, q.ReviewStates) {
				continue
			}
			if found = append(found, c); len(found) < limit {
				continue
			}
			if i < len(items)-1 {
				next = store.EncodeContinue(store.ChangeCursor(c.Sequence))
			}
			return found, next, nil
		}
		if next == "" || scanned >= maxScanned {
			return found, next, nil
		}
	}
}

// checkChangeCursor returns a problem unless the token is empty or that of a list of changes.
func checkChangeCursor(o store.ListOptions) error {
	_, key, err := o.Decode()
	if err == nil && key != "" {
		_, err = strconv.ParseInt(key, 10, 64)
	}
	if err != nil {
		return problem.InvalidCursor()
	}
	return nil
}

// selects reports whether a change is visible and its review has one of the states. It replaces
// the store key of the company by its name.
func (s *Changes) selects(c *ReviewedChange, states []store.ReviewState) (selected bool) {
	c.Company, selected = nameOfCompany(s.Resources.Namespace, c.Company)
	return selected && (len(states) == 0 || slices.Contains(states, c.Review.State))
}

// readChanges reads one page of the store, with the reviews.
func (s *Changes) readChanges(ctx context.Context, q store.ChangeQuery) ([]ReviewedChange, string, error) {
	changes, next, err := s.Store.ListChanges(ctx, q)
	if err != nil {
		return nil, "", err
	}
	ids := make([]string, len(changes))
	for i, c := range changes {
		ids[i] = c.ID
	}
	reviews, err := s.Store.GetReviews(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	out := make([]ReviewedChange, len(changes))
	for i, c := range changes {
		r, ok := reviews[c.ID]
		if !ok {
			r = store.NewReview(c)
		}
		out[i] = ReviewedChange{c, r}
	}
	return out, next, nil
}

// Get returns a change with its review.
func (s *Changes) Get(ctx context.Context, caller Caller, id string) (ReviewedChange, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return ReviewedChange{}, err
	}
	return s.get(ctx, id)
}

func (s *Changes) get(ctx context.Context, id string) (c ReviewedChange, err error) {
	c.Change, err = s.Store.GetChange(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !s.selects(&c, nil) {
		return c, problem.New(problem.NotFound, "there is no change %.64q", id)
	}
	if err != nil {
		return c, fmt.Errorf("read change %s: %w", id, err)
	}
	if c.Review, err = s.Store.GetReview(ctx, id); err != nil {
		return c, fmt.Errorf("read the review of change %s: %w", id, err)
	}
	return c, nil
}
