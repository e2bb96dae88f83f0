package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// fillFeed appends n changes of several companies, documents, types, kinds and labels, two a
// commit, and returns them in order.
func fillFeed(t *testing.T, s store.Store, n int) []store.Change {
	t.Helper()
	kinds := []store.ChangeKind{store.ChangeChanged, store.ChangeMoved, store.ChangeRemoved}
	types := []string{"privacy_policy", "terms_of_service"}
	for i := 0; i < n; i += 2 {
		id := fmt.Sprint("d", i%14)
		d := store.Document{ID: id, Company: fmt.Sprint("c", i%14%5), URL: "https://x.example/" + id}
		var changes []store.Change
		for k := i; k < i+2; k++ {
			c := store.Change{ID: fmt.Sprintf("change-%03d", k), Kind: kinds[k%3], At: at(k / 4), Company: d.Company, DocumentID: id, DocumentType: types[k%2], Silent: k%4 == 0}
			c.Summary.Labels = [][]string{nil, {"arbitration"}, {"data_sharing", "arbitration"}}[k%3]
			changes = append(changes, c)
		}
		commit(t, s, store.Commit{Document: d, Changes: changes})
	}
	all := allChanges(t, s, store.ChangeQuery{})
	if len(all) != n {
		t.Fatalf("the feed has %d changes, want %d", len(all), n)
	}
	for i, c := range all {
		if c.ID != fmt.Sprintf("change-%03d", i) {
			t.Fatalf("change %d is %s", i, c.ID)
		}
	}
	return all
}

func changeFilters(t *testing.T, s store.Store) {
	all := fillFeed(t, s, 60)
	yes, no := true, false
	for name, c := range map[string]struct {
		query store.ChangeQuery
		want  func(store.Change) bool
	}{
		"all":           {store.ChangeQuery{}, func(store.Change) bool { return true }},
		"a company":     {store.ChangeQuery{Companies: []string{"c1"}}, func(c store.Change) bool { return c.Company == "c1" }},
		"companies":     {store.ChangeQuery{Companies: []string{"c1", "c0", "none"}}, func(c store.Change) bool { return c.Company == "c1" || c.Company == "c0" }},
		"a document":    {store.ChangeQuery{DocumentIDs: []string{"d4"}}, func(c store.Change) bool { return c.DocumentID == "d4" }},
		"a type":        {store.ChangeQuery{Types: []string{"privacy_policy"}}, func(c store.Change) bool { return c.DocumentType == "privacy_policy" }},
		"kinds":         {store.ChangeQuery{Kinds: []store.ChangeKind{store.ChangeMoved, store.ChangeRemoved}}, func(c store.Change) bool { return c.Kind != store.ChangeChanged }},
		"a label":       {store.ChangeQuery{Labels: []string{"data_sharing"}}, func(c store.Change) bool { return slices.Contains(c.Summary.Labels, "data_sharing") }},
		"labels":        {store.ChangeQuery{Labels: []string{"data_sharing", "arbitration"}}, func(c store.Change) bool { return len(c.Summary.Labels) > 0 }},
		"silent":        {store.ChangeQuery{Silent: &yes}, func(c store.Change) bool { return c.Silent }},
		"not silent":    {store.ChangeQuery{Silent: &no}, func(c store.Change) bool { return !c.Silent }},
		"since":         {store.ChangeQuery{Since: at(7)}, func(c store.Change) bool { return !c.At.Before(at(7)) }},
		"since the end": {store.ChangeQuery{Since: at(100)}, func(store.Change) bool { return false }},
		"after":         {store.ChangeQuery{After: all[30].Sequence}, func(c store.Change) bool { return c.Sequence > all[30].Sequence }},
		"another type":  {store.ChangeQuery{Types: []string{"none"}}, func(store.Change) bool { return false }},
		"several values": {store.ChangeQuery{Companies: []string{"c0", "c2"}, Types: []string{"privacy_policy"}, Kinds: []store.ChangeKind{store.ChangeMoved, store.ChangeRemoved}, Labels: []string{"arbitration"}, Since: at(2), After: all[3].Sequence},
			func(c store.Change) bool {
				return (c.Company == "c0" || c.Company == "c2") && c.DocumentType == "privacy_policy" && c.Kind != store.ChangeChanged && len(c.Summary.Labels) > 0 && !c.At.Before(at(2)) && c.Sequence > all[3].Sequence
			}},
	} {
		var want []string
		for _, a := range all {
			if c.want(a) {
				want = append(want, a.ID)
			}
		}
		if got := changeIDs(allChanges(t, s, c.query)); !slices.Equal(got, want) {
			t.Errorf("%s, oldest first: %v, want %v", name, got, want)
		}
		newest := pagesOf(t, 4, func(p store.ListOptions) ([]store.Change, string, error) {
			q := c.query
			q.ListOptions = p
			return s.ListChanges(t.Context(), q)
		})
		slices.Reverse(want)
		if got := changeIDs(newest); !slices.Equal(got, want) {
			t.Errorf("%s, newest first: %v, want %v", name, got, want)
		}
	}
}

func changeIDs(changes []store.Change) (ids []string) {
	for _, c := range changes {
		ids = append(ids, c.ID)
	}
	return ids
}

func changeRecord(t *testing.T, s store.Store) {
	want := store.Change{ID: "id", Kind: store.ChangeChanged, At: at(3), Company: "a.b$c", DocumentID: "d", DocumentType: "privacy_policy", Language: "de", Title: "Datenschutz 😀",
		URL: "https://x.example/new", PreviousURL: "https://x.example/old", RunID: "r", From: 3, To: 4, Reason: "http_404", Silent: true, EffectiveDate: "2027-01-01",
		Summary: store.ChangeSummary{Added: 3, Removed: 2, Labels: []string{"a", "b"}, Headings: []string{"1. $cope"}, Insignificant: []store.InsignificantEdits{{Rule: "date", Edits: 2}}, Coarse: true}}
	commit(t, s, store.Commit{Document: store.Document{ID: "d", Company: "a.b$c", URL: want.URL}, Changes: []store.Change{want}})
	got, err := s.GetChange(t.Context(), "id")
	must(t, err)
	want.Sequence, got.At = got.Sequence, got.At.UTC()
	if got.Sequence < 1 || !reflect.DeepEqual(got, want) {
		t.Errorf("put %+v, got %+v", want, got)
	}
}

func changeQueryBounds(t *testing.T, s store.Store) {
	many := make([]string, store.MaxQueryValues+1)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	if _, _, err := s.ListChanges(t.Context(), store.ChangeQuery{Companies: many}); err == nil {
		t.Error("a query with too many companies was accepted")
	}
	if _, _, err := s.ListChanges(t.Context(), store.ChangeQuery{Companies: many[1:], Types: many[1:], Labels: many[1:], DocumentIDs: many[1:]}); err != nil {
		t.Errorf("a query with the maximum number of values: %v", err)
	}
	for _, token := range []string{"!", store.EncodeContinue("x")} {
		if _, _, err := s.ListChanges(t.Context(), store.ChangeQuery{ListOptions: store.ListOptions{Continue: token}}); err == nil {
			t.Errorf("the continue token %q was accepted", token)
		}
	}
	all := fillFeed(t, s, 4)
	after := store.ListOptions{Continue: store.EncodeContinue(store.ChangeCursor(all[2].Sequence))}
	if got, _, err := s.ListChanges(t.Context(), store.ChangeQuery{ListOptions: after}); err != nil || !slices.Equal(changeIDs(got), []string{"change-001", "change-000"}) {
		t.Errorf("after change-002: %v, %v", changeIDs(got), err)
	}
	if _, err := s.GetChange(t.Context(), "none"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get a change that does not exist: %v", err)
	}
}

// changeDeletion deletes the changes of a company. Sequences are not used again.
func changeDeletion(t *testing.T, s store.Store) {
	all := fillFeed(t, s, 30)
	last := all[len(all)-1]
	must(t, s.DeleteCompany(t.Context(), last.Company))
	left := allChanges(t, s, store.ChangeQuery{})
	for _, c := range left {
		if c.Company == last.Company {
			t.Errorf("change %s of the deleted company is left", c.ID)
		}
	}
	if len(left) == 0 || len(left) == len(all) {
		t.Errorf("%d of %d changes are left", len(left), len(all))
	}
	if labeled := allChanges(t, s, store.ChangeQuery{Labels: []string{"arbitration"}}); len(labeled) == 0 || len(labeled) >= len(left) {
		t.Errorf("%d of %d changes have a label", len(labeled), len(left))
	}
	commit(t, s, newCommit("other", "other", "r", store.ChangeCreated, "text"))
	if n, err := s.LatestChange(t.Context()); err != nil || n <= last.Sequence {
		t.Errorf("the next change has the sequence %d, which is not after %d: %v", n, last.Sequence, err)
	}
}

// nextChanges receives n changes of a watch.
func nextChanges(t *testing.T, w store.ChangeWatch, n int) (changes []store.Change) {
	t.Helper()
	timeout := time.After(time.Minute)
	for len(changes) < n {
		select {
		case c, ok := <-w.Changes():
			if !ok {
				t.Fatalf("the watch ended after %d of %d changes: %v", len(changes), n, w.Err())
			}
			changes = append(changes, c)
		case <-timeout:
			t.Fatalf("received %d of %d changes", len(changes), n)
		}
	}
	return changes
}

// changeWatch watches the feed from two positions, while commits append to it.
func changeWatch(t *testing.T, s store.Store) {
	all := fillFeed(t, s, 20)
	fromStart, err := s.WatchChanges(t.Context(), 0)
	must(t, err)
	defer fromStart.Stop()
	fromMiddle, err := s.WatchChanges(t.Context(), all[9].Sequence)
	must(t, err)
	defer fromMiddle.Stop()
	if got := changeIDs(nextChanges(t, fromMiddle, 10)); !slices.Equal(got, changeIDs(all[10:])) {
		t.Errorf("the watch from the middle sent %v", got)
	}
	for i := range 3 { // fromStart has not read anything yet, which does not block fromMiddle
		c := newCommit("c", fmt.Sprint("new-", i), "r", store.ChangeCreated, "text")
		commit(t, s, c)
		if got := nextChanges(t, fromMiddle, 1)[0]; got.ID != c.Changes[0].ID {
			t.Errorf("the watch from the middle sent %s, want %s", got.ID, c.Changes[0].ID)
		}
	}
	if got, want := changeIDs(nextChanges(t, fromStart, 23)), changeIDs(allChanges(t, s, store.ChangeQuery{})); !slices.Equal(got, want) {
		t.Errorf("the watch from the start sent %v, want %v", got, want)
	}
}

func changeWatchStop(t *testing.T, s store.Store) {
	fillFeed(t, s, 10)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	canceled, err := s.WatchChanges(ctx, 0)
	must(t, err)
	stopped, err := s.WatchChanges(t.Context(), 0)
	must(t, err)
	nextChanges(t, stopped, 1)
	stopped.Stop()
	stopped.Stop() // has no effect
	cancel()
	for what, w := range map[string]store.ChangeWatch{"stopped": stopped, "canceled": canceled} {
		for range w.Changes() { // until the channel is closed
		}
		if err := w.Err(); err != nil {
			t.Errorf("the %s watch ended with %v", what, err)
		}
	}
}
