package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func reviewOf(change string, seconds int, state store.ReviewState) store.Review {
	return store.Review{ChangeID: change, Company: "c", State: state, Author: "ann", At: at(seconds)}
}

func reviewLifecycle(t *testing.T, s store.Store) {
	got, err := s.GetReview(t.Context(), "x")
	must(t, err)
	if got != (store.Review{ChangeID: "x", State: store.ReviewNew}) {
		t.Errorf("the review of a change without a record is %+v", got)
	}
	r := reviewOf("x", 1, store.ReviewInReview)
	r.Assignee, r.Note = "bob", "objection until Friday 語"
	first, err := s.PutReview(t.Context(), r)
	must(t, err)
	r.Revision = 1
	if first != r {
		t.Errorf("put %+v, returned %+v", r, first)
	}
	second := first
	second.State, second.Assignee, second.At = store.ReviewObjected, "", at(2)
	second, err = s.PutReview(t.Context(), second)
	must(t, err)
	if got, err := s.GetReview(t.Context(), "x"); err != nil || got != second || got.Revision != 2 {
		t.Errorf("put %+v, got %+v, %v", second, got, err)
	}
	for what, outdated := range map[string]store.Review{"first": r, "new": reviewOf("x", 3, store.ReviewNoAction)} {
		if _, err := s.PutReview(t.Context(), outdated); !errors.Is(err, store.ErrConflict) {
			t.Errorf("putting a review with an outdated revision (%s): %v", what, err)
		}
	}
	missing := reviewOf("y", 3, store.ReviewNoAction)
	missing.Revision = 4
	if _, err := s.PutReview(t.Context(), missing); !errors.Is(err, store.ErrConflict) {
		t.Errorf("putting a later revision of a review that does not exist: %v", err)
	}
	byChange, err := s.GetReviews(t.Context(), []string{"x", "y", "z"})
	must(t, err)
	if !reflect.DeepEqual(byChange, map[string]store.Review{"x": second}) {
		t.Errorf("the reviews of three changes are %+v", byChange)
	}
	if none, err := s.GetReviews(t.Context(), nil); err != nil || len(none) != 0 {
		t.Errorf("the reviews of no changes are %v, %v", none, err)
	}
}

func reviewContention(t *testing.T, s store.Store) {
	for revision := range int64(3) {
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				r := reviewOf("x", i, store.ReviewReviewed)
				r.Revision, r.Author = revision, fmt.Sprint("reviewer ", i)
				switch _, err := s.PutReview(t.Context(), r); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, store.ErrConflict):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got, err := s.GetReview(t.Context(), "x"); err != nil || won.Load() != 1 || got.Revision != revision+1 {
			t.Errorf("%d reviewers succeeded, the review is %+v, %v", won.Load(), got, err)
		}
	}
}

func reviewLists(t *testing.T, s store.Store) {
	states := []store.ReviewState{store.ReviewInReview, store.ReviewReviewed, store.ReviewNoAction}
	var all []store.Review
	for i := range 30 {
		r := reviewOf(fmt.Sprintf("change-%02d", i), i/2, states[i%3]) // two at the same time
		r.Company = fmt.Sprint("c", i%5)
		if i%2 == 0 {
			r.Assignee = "bob"
		}
		r, err := s.PutReview(t.Context(), r)
		must(t, err)
		all = append(all, r)
	}
	slices.Reverse(all)
	for what, q := range map[string]store.ReviewQuery{
		"all":                        {},
		"of a state":                 {States: states[:1]},
		"of two states":              {States: states[1:]},
		"of a company":               {Companies: []string{"c3"}},
		"of three companies":         {Companies: []string{"c4", "c0", "none", "c2"}},
		"of an assignee":             {Assignee: "bob"},
		"of all filters":             {Assignee: "bob", Companies: []string{"c1", "c2"}, States: states[:2]},
		"of a company without a one": {Companies: []string{"none"}},
	} {
		want := slices.DeleteFunc(slices.Clone(all), func(r store.Review) bool {
			return len(q.States) > 0 && !slices.Contains(q.States, r.State) || len(q.Companies) > 0 && !slices.Contains(q.Companies, r.Company) ||
				q.Assignee != "" && r.Assignee != q.Assignee
		})
		for _, limit := range []int{1, 3, 500} {
			got := pagesOf(t, limit, func(p store.ListOptions) ([]store.Review, string, error) {
				q.ListOptions = p
				return s.ListReviews(t.Context(), q)
			})
			if !slices.Equal(got, want) {
				t.Errorf("the reviews %s in pages of %d are %+v, want %+v", what, limit, got, want)
			}
		}
	}
}

func reviewBounds(t *testing.T, s store.Store) {
	for what, change := range map[string]func(*store.Review){
		"no change":        func(r *store.Review) { r.ChangeID = "" },
		"no author":        func(r *store.Review) { r.Author = "" },
		"no time":          func(r *store.Review) { r.At = at(0).AddDate(-3000, 0, 0) },
		"an unknown state": func(r *store.Review) { r.State = "Done" },
		"a long note":      func(r *store.Review) { r.Note = strings.Repeat("x", 4097) },
		"invalid UTF-8":    func(r *store.Review) { r.Note = "\xff" },
	} {
		r := reviewOf("x", 1, store.ReviewNew)
		change(&r)
		if _, err := s.PutReview(t.Context(), r); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("a review with %s: %v", what, err)
		}
	}
	if _, err := s.GetReviews(t.Context(), make([]string, store.MaxLimit+1)); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("getting too many reviews: %v", err)
	}
	if _, _, err := s.ListReviews(t.Context(), store.ReviewQuery{States: []store.ReviewState{"Done"}}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("listing an unknown state: %v", err)
	}
	for _, token := range []string{"!", store.EncodeContinue("x"), store.EncodeContinue("x y")} {
		if _, _, err := s.ListReviews(t.Context(), store.ReviewQuery{ListOptions: store.ListOptions{Continue: token}}); err == nil {
			t.Errorf("listing accepted the continue token %q", token)
		}
	}
}

func reviewCompanyDeletion(t *testing.T, s store.Store) {
	for i, company := range []string{"a", "b"} {
		r := reviewOf("of "+company, i, store.ReviewReviewed)
		r.Company = company
		_, err := s.PutReview(t.Context(), r)
		must(t, err)
		w := createWebhook(t, s, "w"+company)
		d := deliveryTo(w.ID, 1, "doc")
		d.Company = company
		must(t, s.EnqueueDeliveries(t.Context(), store.Fence{}, w.ID, 1, []store.Delivery{d}))
	}
	for range 2 {
		must(t, s.DeleteCompany(t.Context(), "a"))
	}
	for company, want := range map[string]int{"a": 0, "b": 1} {
		reviews, _, err := s.ListReviews(t.Context(), store.ReviewQuery{Companies: []string{company}})
		must(t, err)
		deliveries, _, err := s.ListDeliveries(t.Context(), store.DeliveryQuery{WebhookID: "w" + company})
		must(t, err)
		if len(reviews) != want || len(deliveries) != want {
			t.Errorf("company %s has %d reviews and %d deliveries", company, len(reviews), len(deliveries))
		}
	}
}

func reviewsOfNewChanges(t *testing.T, s store.Store) {
	var changes []store.Change
	for i, company := range []string{"a", "b", "a"} {
		c := newCommit(company, fmt.Sprint("d", i), "run", store.ChangeCreated, "text")
		c.Changes[0].At = at(i)
		for range 2 { // as a caller does that received no response
			commit(t, s, c)
		}
		changes = append(changes, c.Changes[0])
	}
	inbox := func() (ids []string) {
		items := pagesOf(t, 2, func(p store.ListOptions) ([]store.Review, string, error) {
			return s.ListReviews(t.Context(), store.ReviewQuery{States: []store.ReviewState{store.ReviewNew}, ListOptions: p})
		})
		for _, r := range items {
			if c := changes[slices.IndexFunc(changes, func(c store.Change) bool { return c.ID == r.ChangeID })]; r != store.NewReview(c) {
				t.Errorf("the review of change %+v is %+v", c, r)
			}
			ids = append(ids, r.ChangeID)
		}
		return ids
	}
	if got, want := inbox(), []string{changes[2].ID, changes[1].ID, changes[0].ID}; !slices.Equal(got, want) {
		t.Errorf("the new changes are %v, want %v", got, want)
	}
	r, err := s.GetReview(t.Context(), changes[2].ID)
	must(t, err)
	r.State, r.Author, r.At = store.ReviewReviewed, "ann", at(9)
	written, err := s.PutReview(t.Context(), r)
	must(t, err)
	if written.Revision != 1 {
		t.Errorf("the first write of a review returned %+v", written)
	}
	if _, err := s.PutReview(t.Context(), r); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a second first write of a review: %v", err)
	}
	again := newCommit("a", "d2", "run", store.ChangeCreated, "text")
	again.Changes[0].At = at(2)
	commit(t, s, again)
	if got, err := s.GetReview(t.Context(), changes[2].ID); err != nil || got != written {
		t.Errorf("after the commit was repeated, the review is %+v, %v, want %+v", got, err, written)
	}
	must(t, s.DeleteCompany(t.Context(), "a"))
	if got := inbox(); !slices.Equal(got, []string{changes[1].ID}) {
		t.Errorf("after company a was deleted, the new changes are %v", got)
	}
}
