package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// inboxStart is the time of the first change in tests of the inbox.
var inboxStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// countingStore counts the changes and reviews that it returns.
type countingStore struct {
	store.Store
	reads int
}

func (s *countingStore) GetChange(ctx context.Context, id string) (store.Change, error) {
	s.reads++
	return s.Store.GetChange(ctx, id)
}

func (s *countingStore) ListChanges(ctx context.Context, q store.ChangeQuery) ([]store.Change, string, error) {
	items, next, err := s.Store.ListChanges(ctx, q)
	s.reads += len(items)
	return items, next, err
}

func (s *countingStore) ListReviews(ctx context.Context, q store.ReviewQuery) ([]store.Review, string, error) {
	items, next, err := s.Store.ListReviews(ctx, q)
	s.reads += len(items)
	return items, next, err
}

func newTestInbox(t *testing.T) (*Inbox, *countingStore) {
	t.Helper()
	s, _ := newStored(t)
	counting := &countingStore{Store: s}
	guard := NewGuard(s, logr.Discard())
	guard.Now = func() time.Time { return inboxStart.AddDate(0, 0, 2) }
	changes := &Changes{Guard: guard, Store: counting, Resources: Resources{Namespace: "default"}}
	inbox := NewInbox(changes, counting)
	inbox.ExcerptBudget = time.Minute
	return inbox, counting
}

// commitTexts stores a document of the company acme with a version for each text. The change of
// version n has the ID "DOCUMENT-n".
func commitTexts(t *testing.T, s store.Store, upcoming string, texts ...string) {
	const document = "a"
	t.Helper()
	d := store.Document{ID: document, Company: "acme", URL: "https://acme.example/" + document, Type: "privacy_policy", Language: "en", Title: "Privacy", State: store.DocumentPresent, RunID: "run"}
	for i, text := range texts {
		at := inboxStart.Add(time.Duration(i) * time.Minute)
		d.ContentHash, d.FirstSeen, d.LastChanged, d.LastSeen, d.LastChecked = fmt.Sprintf("%064d", i), inboxStart, at, at, at
		v := store.Version{DocumentID: document, ContentHash: d.ContentHash, FetchedAt: at, URL: d.URL, RunID: "run", Dates: store.Dates{UpcomingEffectiveDate: upcoming}}
		c := store.Change{ID: fmt.Sprintf("%s-%d", document, i+1), Kind: store.ChangeChanged, At: at, Company: "acme", DocumentID: document, DocumentType: d.Type, RunID: "run", From: i, To: i + 1}
		if i == 0 {
			c.Kind = store.ChangeCreated
		}
		committed, err := s.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: d, Create: i == 0, Versions: []store.NewVersion{{Version: v, Text: text}}, Changes: []store.Change{c}})
		if err != nil {
			t.Fatal(err)
		}
		d = committed.Document
	}
}

func idsOf(entries []InboxEntry) (ids []string) {
	for _, e := range entries {
		ids = append(ids, e.ID)
	}
	return ids
}

var reviewer = Caller{Actor: "user:ann", Scopes: []store.APIScope{store.ScopeRead, store.ScopeReview}}

func TestTheInboxListsUnreadChangesInPages(t *testing.T) {
	t.Parallel()
	inbox, s := newTestInbox(t)
	commitTexts(t, s, "2026-01-10", "We keep data for 30 days.", "We keep data for 90 days.", "We keep data for ever.")
	if _, err := inbox.Changes.ReviewMany(t.Context(), reviewer, []string{"a-2"}, store.ReviewReviewed, ""); err != nil {
		t.Fatal(err)
	}
	q := InboxQuery{States: Unread, ListOptions: store.ListOptions{Limit: 1}}
	var all []InboxEntry
	for {
		entries, next, err := inbox.List(t.Context(), reviewer, q)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, entries...)
		if q.Continue = next; next == "" {
			break
		}
	}
	if got := idsOf(all); !slices.Equal(got, []string{"a-3", "a-1"}) {
		t.Fatalf("unread are %v", got)
	}
	e := all[0]
	if e.EffectiveDate != "2026-01-10" || e.Days != 7 {
		t.Errorf("it takes effect on %q, in %d days", e.EffectiveDate, e.Days)
	}
	if len(e.Excerpt) == 0 || !strings.Contains(fmt.Sprint(e.Excerpt), "{removed 90 days.} {added ever.}") {
		t.Errorf("the excerpt is %q", e.Excerpt)
	}
	n, err := inbox.CountUnread(t.Context(), reviewer)
	if err != nil || n != (UnreadCount{N: 2}) {
		t.Errorf("unread are %+v, %v", n, err)
	}
}

func TestAPageOfTheInboxDoesNotReadReviewedChanges(t *testing.T) {
	t.Parallel()
	inbox, s := newTestInbox(t)
	texts := make([]string, 120)
	ids := make([]string, 0, len(texts))
	for i := range texts {
		texts[i] = fmt.Sprintf("We keep data for %d days.", i)
		ids = append(ids, fmt.Sprintf("a-%d", i+1))
	}
	commitTexts(t, s, "", texts...)
	if _, err := inbox.Changes.ReviewMany(t.Context(), reviewer, ids[20:], store.ReviewReviewed, ""); err != nil {
		t.Fatal(err)
	}
	s.reads = 0
	entries, _, err := inbox.List(t.Context(), reviewer, InboxQuery{States: Unread, ListOptions: store.ListOptions{Limit: 10}})
	if err != nil || len(entries) != 10 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	if s.reads > 2*10+2 {
		t.Errorf("a page of 10 entries read %d records", s.reads)
	}
}

func TestAPageWithoutTimeForExcerptsHasNone(t *testing.T) {
	t.Parallel()
	inbox, s := newTestInbox(t)
	commitTexts(t, s, "", "We keep data for 30 days.", "We keep data for 90 days.")
	q := InboxQuery{States: Unread}
	for _, step := range []struct {
		budget time.Duration
		want   bool
	}{{0, false}, {time.Minute, true}, {0, true}} { // the last one is remembered
		inbox.ExcerptBudget = step.budget
		entries, _, err := inbox.List(t.Context(), reviewer, q)
		if err != nil || len(entries) != 2 {
			t.Fatalf("%d entries, %v", len(entries), err)
		}
		if got := len(entries[0].Excerpt) > 0; got != step.want {
			t.Errorf("with %s: the change has an excerpt: %t", step.budget, got)
		}
	}
}

func TestReviewManyReportsEachChange(t *testing.T) {
	t.Parallel()
	inbox, s := newTestInbox(t)
	commitTexts(t, s, "", "One.", "Two.")
	got, err := inbox.Changes.ReviewMany(t.Context(), reviewer, []string{"a-1", "nothing", "a-1"}, store.ReviewInReview, "")
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if got[0].Err != nil || got[0].Review.State != store.ReviewInReview || got[0].Review.Assignee != "ann" {
		t.Errorf("the first is %+v", got[0])
	}
	if !problem.IsCode(got[1].Err, problem.NotFound) {
		t.Errorf("the second is %+v", got[1])
	}
	// A later state without a note retains the note and the assignee.
	for _, in := range []struct {
		state store.ReviewState
		note  string
	}{{store.ReviewEscalated, "Ask counsel"}, {store.ReviewReviewed, ""}} {
		if got, err = inbox.Changes.ReviewMany(t.Context(), reviewer, []string{"a-1"}, in.state, in.note); err != nil || got[0].Err != nil {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if r := got[0].Review; r.Note != "Ask counsel" || r.Assignee != "ann" {
		t.Errorf("the review is %+v", r)
	}
	if _, err := inbox.Changes.ReviewMany(t.Context(), reviewer, nil, store.ReviewReviewed, ""); err == nil {
		t.Error("no change was accepted")
	}
	if _, err := inbox.Changes.ReviewMany(t.Context(), reviewer, make([]string, MaxReviewMany+1), store.ReviewReviewed, ""); err == nil {
		t.Error("too many changes were accepted")
	}
	viewer := Caller{Scopes: []store.APIScope{store.ScopeRead}}
	if _, err := inbox.Changes.ReviewMany(t.Context(), viewer, []string{"a-1"}, store.ReviewReviewed, ""); !problem.IsCode(err, problem.Forbidden) {
		t.Errorf("a viewer gets %v", err)
	}
}

func TestAnInboxRefusesTheCursorOfAnotherList(t *testing.T) {
	t.Parallel()
	inbox, _ := newTestInbox(t)
	for _, q := range []InboxQuery{
		{States: Unread, ListOptions: store.ListOptions{Continue: store.EncodeContinue("12")}},
		{ListOptions: store.ListOptions{Continue: store.EncodeContinue("12 a")}},
	} {
		if _, _, err := inbox.List(t.Context(), reviewer, q); !problem.IsCode(err, problem.InvalidCursor().Code) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}
