package run

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// A worker is killed after the commit of the terms, before it saved a checkpoint or an event. The
// worker that resumes the run fetches the page again.
func TestAPageThatIsFetchedAgainAfterAKillChangesNothing(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, st store.Store) {
		w := newWeb(t, map[string]string{
			"/":        home("/privacy", "Privacy Policy", "/terms", "Terms of Service"),
			"/privacy": policy("Privacy Policy"), "/terms": policy("Terms of Service"),
		})
		rec := store.Run{ID: NewID(), Company: testCompany, CreatedAt: time.Now().UTC(), Task: []byte("{}")}
		killed := &lostResponse{&failingEvents{Store: st, failures: 1_000}, termsURL}
		rep, err := w.runner(t, killed).Execute(t.Context(), task(), rec, acquireLease(t, st), nil)
		if !errors.Is(err, errCut) {
			t.Fatalf("the killed run ended as %+v, %v", rep.Run, err)
		}
		before := find(t, st, "/terms")
		if rep, err = w.runner(t, st).Execute(t.Context(), task(), rep.Run, acquireLease(t, st), nil); err != nil || rep.Run.State != store.RunComplete {
			t.Fatalf("the resumed run ended as %+v, %v", rep.Run, err)
		}
		page, err := st.GetPage(t.Context(), rec.ID, termsURL)
		if err != nil || !page.FetchedAt.After(before.LastSeen) {
			t.Fatalf("the page was not fetched again: %+v, %v", page, err)
		}
		if after := find(t, st, "/terms"); !reflect.DeepEqual(after, before) {
			t.Errorf("the document changed from %+v to %+v", before, after)
		}
		for _, path := range []string{"/terms", "/privacy"} {
			d := find(t, st, path)
			if got := feed(t, st, d.ID); !slices.Equal(got, []string{"Created 0-1"}) || d.Versions != 1 {
				t.Errorf("the feed of %s has %v, and the document %d versions", path, got, d.Versions)
			}
		}
		if c, err := st.GetCompany(t.Context(), testCompany); err != nil || c.Documents != 2 || rep.Run.Documents.New != 2 {
			t.Errorf("the summary is %+v, %v; the run counts %+v", c, err, rep.Run.Documents)
		}
		counts := map[string]int{}
		for _, e := range eventsOf(t, st, rec.ID) {
			counts[e]++
		}
		for _, want := range []string{"DocumentFound Created /privacy", "DocumentFound Created /terms", "StateChanged Complete"} {
			if counts[want] != 1 {
				t.Errorf("the events are %v, want %q once", counts, want)
			}
		}
	})
}
