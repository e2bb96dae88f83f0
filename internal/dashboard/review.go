package dashboard

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

func registerReview(s *Server) {
	s.view("GET /{$}", s.reviewPage)
	s.action("POST /review", store.ScopeReview, s.reviewMany)
}

const (
	// reviewPageSize is the number of changes on a page.
	reviewPageSize = 25
	// lastReviewed is the number of reviews that the page shows if nothing is unread.
	lastReviewed = 5
)

// finished are the states that a reviewer can choose for several changes together, but for
// InReview, in the order of the form.
var finished = []store.ReviewState{store.ReviewReviewed, store.ReviewNoAction, store.ReviewObjected, store.ReviewEscalated}

// reviewData is what the review page shows.
type reviewData struct {
	Rows     []reviewRow
	Pager    pager
	Unread   service.UnreadCount
	Overview service.OverviewState
	Filter   reviewFilter
	// Last are the last finished reviews, if nothing is unread.
	Last []reviewRow
	// The choices of the filters and of the form.
	Types, Labels []string
	Kinds         []store.ChangeKind
	States        []store.ReviewState
	Choices       []store.ReviewState
}

// reviewFilter has the filters as the query has them.
type reviewFilter struct {
	Company, Type, Kind, Label, Silent, State, Assignee, Since string
}

// Active reports whether a filter other than the state is set.
func (f reviewFilter) Active() bool {
	f.State = ""
	return f != reviewFilter{}
}

// Unread reports whether the page lists the unread changes.
func (f reviewFilter) Unread() bool { return f.State == "" }

// filtered reports whether the page lists other changes than all unread ones.
func (d reviewData) filtered() bool { return d.Filter.Active() || !d.Filter.Unread() }

// startOf returns when a run started, or when it was created if it has not started.
func startOf(r store.Run) time.Time {
	if r.StartedAt.IsZero() {
		return r.CreatedAt
	}
	return r.StartedAt
}

func (s *Server) reviewPage(v *visit) (page, error) {
	d := reviewData{
		Filter: reviewFilter{
			Company: v.Query("company"), Type: v.Query("type"), Kind: v.Query("kind"), Label: v.Query("label"),
			Silent: v.Query("silent"), State: v.Query("state"), Assignee: v.Query("assignee"), Since: v.Query("since"),
		},
		Types: slices.Sorted(maps.Keys(doctype.OTAName)), Kinds: store.ChangeKinds,
		States:  append(slices.Clone(service.Unread), finished...),
		Choices: append(slices.Clone(finished), store.ReviewInReview, store.ReviewNew),
	}
	for _, l := range change.Labels {
		d.Labels = append(d.Labels, string(l))
	}
	q, err := d.Filter.query()
	if err != nil {
		return page{}, err
	}
	q.ListOptions = store.ListOptions{Limit: reviewPageSize, Continue: v.Query("cursor")}
	entries, next, err := s.o.Services.Inbox.List(v.Context(), v.Caller, q)
	if err != nil {
		return page{}, err
	}
	d.Rows, d.Pager = reviewRows(entries), newPager(v, next)
	if d.Unread, err = s.o.Services.Inbox.CountUnread(v.Context(), v.Caller); err != nil {
		return page{}, err
	}
	if d.Overview, err = s.o.Services.Overview.Get(v.Context(), v.Caller); err != nil {
		return page{}, err
	}
	if d.Unread.N == 0 && d.Filter == (reviewFilter{}) {
		last, _, err := s.o.Services.Inbox.List(v.Context(), v.Caller, service.InboxQuery{States: finished, ListOptions: store.ListOptions{Limit: lastReviewed}})
		if err != nil {
			return page{}, err
		}
		d.Last = reviewRows(last)
	}
	return page{Title: "Review", Nav: "review", Count: d.Unread.N, Script: "review.js", Body: d}, nil
}

// query returns the query of the filters. Without a state, it selects the unread changes.
func (f reviewFilter) query() (q service.InboxQuery, err error) {
	q = service.InboxQuery{States: service.Unread, Assignee: f.Assignee}
	switch f.State {
	case "":
	case "all":
		q.States = nil
	default:
		q.States = []store.ReviewState{store.ReviewState(f.State)}
		if !slices.Contains(append(slices.Clone(service.Unread), finished...), q.States[0]) {
			return q, problem.OfField("query.state", "%.40q is not a state of a review", f.State)
		}
	}
	for _, one := range []struct {
		value string
		list  *[]string
	}{{f.Company, &q.Companies}, {f.Type, &q.Types}, {f.Label, &q.Labels}} {
		if one.value != "" {
			*one.list = []string{one.value}
		}
	}
	if f.Kind != "" {
		q.Kinds = []store.ChangeKind{store.ChangeKind(f.Kind)}
	}
	if f.Silent != "" {
		silent := f.Silent == "yes"
		q.Silent = &silent
	}
	if f.Since != "" {
		if q.Since, err = time.Parse(time.DateOnly, f.Since); err != nil {
			return q, problem.OfField("query.since", "%.40q is not a date such as 2026-01-31", f.Since)
		}
	}
	return q, nil
}

// reviewMany sets the state of the selected changes.
func (s *Server) reviewMany(v *visit) (outcome, error) {
	state := store.ReviewState(cmp.Or(v.Form("state"), string(store.ReviewReviewed)))
	results, err := s.o.Services.Changes.ReviewMany(v.Context(), v.Caller, v.PostForm["id"], state, v.Form("note"))
	if err != nil {
		return outcome{}, err
	}
	var failed []error
	for _, r := range results {
		if r.Err != nil {
			failed = append(failed, fmt.Errorf("review change %s: %w", r.ChangeID, r.Err))
		}
	}
	done := len(results) - len(failed)
	notice := fmt.Sprintf("%s: %s.", plural(done, "change", "changes"), strings.ToLower(words(state)))
	if len(failed) > 0 {
		if done == 0 {
			return outcome{}, failed[0]
		}
		notice += " " + plural(len(failed), "change was", "changes were") + " not reviewed; they may have been reviewed by someone else. Check them and try again."
	}
	return outcome{To: returnPath(v.Form("to")), Notice: notice}, nil
}
