package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func putPages(t *testing.T, s store.Store, pages ...store.FetchedPage) {
	t.Helper()
	must(t, s.PutPages(t.Context(), store.Fence{}, pages))
}

// queryPages returns all pages that q selects, which it reads in lists of limit pages.
func queryPages(t *testing.T, s store.Store, limit int, q store.PageQuery) []store.FetchedPage {
	t.Helper()
	return pagesOf(t, limit, func(p store.ListOptions) ([]store.FetchedPage, string, error) {
		q.ListOptions = p
		return s.QueryPages(t.Context(), q)
	})
}

// countPages returns the number of pages of a run.
func countPages(t *testing.T, s store.Store, run string) int {
	t.Helper()
	return len(queryPages(t, s, store.MaxLimit, store.PageQuery{RunID: run}))
}

func pages(t *testing.T, s store.Store) {
	var batch []store.FetchedPage
	for i := range 25 {
		batch = append(batch, store.FetchedPage{Company: "c", RunID: "r", URL: fmt.Sprintf("https://x.example/%02d", i), Parent: "https://x.example/", Reason: "robots"})
	}
	putPages(t, s, batch...)
	want := store.FetchedPage{Company: "c", RunID: "r", URL: "https://x.example/07", FinalURL: "https://x.example/7", Status: 200, ContentType: "text/html",
		ETag: `W/"$a.b"`, FetchedAt: at(5), DocumentID: "d", Type: "privacy_policy", Confidence: 0.875}
	early := want
	early.Type = "other"
	// The same URL in another run, and runs whose IDs have the ID as a prefix.
	putPages(t, s, early, want, store.FetchedPage{Company: "c", RunID: "r2", URL: want.URL}, store.FetchedPage{Company: "c", RunID: "q", URL: want.URL}, store.FetchedPage{Company: "c", RunID: "r ", URL: want.URL})
	got, err := s.GetPage(t.Context(), "r", want.URL)
	must(t, err)
	got.FetchedAt = got.FetchedAt.UTC()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("put %+v, got %+v", want, got)
	}
	all := queryPages(t, s, 10, store.PageQuery{RunID: "r"})
	for i, p := range all {
		if p.URL != fmt.Sprintf("https://x.example/%02d", i) || p.RunID != "r" || i != 7 && (p.Reason != "robots" || p.Parent != "https://x.example/") {
			t.Errorf("page %d is %+v", i, p)
		}
	}
	if len(all) != 25 || countPages(t, s, "r2") != 1 || countPages(t, s, "none") != 0 {
		t.Errorf("listed %d of 25 pages", len(all))
	}
}

func pageQueries(t *testing.T, s store.Store) {
	reasons, types := []string{"", "robots", "depth"}, []string{"", "imprint", "privacy_policy", "other"}
	var all []store.FetchedPage
	for i := range 48 {
		p := store.FetchedPage{Company: "c", RunID: "r", URL: fmt.Sprintf("https://x.example/%02d", i), Reason: reasons[i%3], Type: types[i%4]}
		if i%2 == 0 {
			p.FetchedAt = at(i)
		}
		all = append(all, p)
	}
	putPages(t, s, all...)
	putPages(t, s, store.FetchedPage{Company: "c", RunID: "r2", URL: "https://x.example/00", Reason: "robots", Type: "imprint"})
	yes, no := true, false
	for what, c := range map[string]struct {
		query store.PageQuery
		match func(store.FetchedPage) bool
	}{
		"reason":      {store.PageQuery{Reasons: reasons[1:2]}, func(p store.FetchedPage) bool { return p.Reason == "robots" }},
		"no reason":   {store.PageQuery{Reasons: reasons[:1]}, func(p store.FetchedPage) bool { return p.Reason == "" }},
		"two reasons": {store.PageQuery{Reasons: reasons[1:]}, func(p store.FetchedPage) bool { return p.Reason != "" }},
		"type":        {store.PageQuery{Types: types[1:2]}, func(p store.FetchedPage) bool { return p.Type == "imprint" }},
		"two types":   {store.PageQuery{Types: types[1:3]}, func(p store.FetchedPage) bool { return p.Type == "imprint" || p.Type == "privacy_policy" }},
		"reason and type": {store.PageQuery{Reasons: reasons[:2], Types: types[2:]}, func(p store.FetchedPage) bool {
			return p.Reason != "depth" && (p.Type == "other" || p.Type == "privacy_policy")
		}},
		"fetched":          {store.PageQuery{Fetched: &yes}, func(p store.FetchedPage) bool { return !p.FetchedAt.IsZero() }},
		"not fetched":      {store.PageQuery{Fetched: &no}, func(p store.FetchedPage) bool { return p.FetchedAt.IsZero() }},
		"fetched and type": {store.PageQuery{Fetched: &yes, Types: types[:1]}, func(p store.FetchedPage) bool { return !p.FetchedAt.IsZero() && p.Type == "" }},
	} {
		var want []string
		for _, p := range all {
			if c.match(p) {
				want = append(want, p.URL)
			}
		}
		c.query.RunID = "r"
		for _, limit := range []int{1, 5, 500} {
			var got []string
			for _, p := range queryPages(t, s, limit, c.query) {
				got = append(got, p.URL)
			}
			if len(want) == 0 || !slices.Equal(got, want) {
				t.Errorf("the pages by %s in lists of %d are %v, want %v", what, limit, got, want)
			}
		}
	}
	for what, q := range map[string]store.PageQuery{"no run": {}, "too many values": {RunID: "r", Types: make([]string, store.MaxQueryValues+1)}} {
		if _, _, err := s.QueryPages(t.Context(), q); err == nil {
			t.Errorf("a query with %s was accepted", what)
		}
	}
}

func pageBatches(t *testing.T, s store.Store) {
	full := make([]store.FetchedPage, store.MaxPageBatch+1)
	for i := range full {
		full[i] = store.FetchedPage{Company: "c", RunID: "r", URL: fmt.Sprintf("https://x.example/%04d", i)}
	}
	if err := s.PutPages(t.Context(), store.Fence{}, full); err == nil {
		t.Error("a batch over the limit was accepted")
	}
	if err := s.PutPages(t.Context(), store.Fence{}, []store.FetchedPage{full[0], {Company: "c", URL: "x"}}); err == nil {
		t.Error("a page without a run was accepted")
	}
	if n := countPages(t, s, "r"); n != 0 {
		t.Errorf("%d pages of a rejected batch were stored", n)
	}
	putPages(t, s, full[1:]...)
	putPages(t, s)
	if n := countPages(t, s, "r"); n != store.MaxPageBatch {
		t.Errorf("%d of %d pages were stored", n, store.MaxPageBatch)
	}
}

func pageExpiry(t *testing.T, s store.Store) {
	for i := range 7 {
		run := fmt.Sprint("r", i)
		putPages(t, s, store.FetchedPage{Company: "c", URL: "1", RunID: run}, store.FetchedPage{Company: "c", URL: "2", RunID: run}, store.FetchedPage{Company: "d", URL: "1", RunID: "d" + run})
		if i == 5 {
			continue // a run without a record
		}
		state := store.RunComplete
		if i == 1 {
			state = store.RunInterrupted // it needs its pages when it resumes
		}
		must(t, s.PutRun(t.Context(), store.Run{ID: run, Company: "c", State: state}))
	}
	must(t, s.PutRun(t.Context(), store.Run{ID: "r9", Company: "c", State: store.RunPending})) // it has no pages
	for _, step := range []struct {
		keep int
		want []string
	}{{9, []string{"r0", "r1", "r2", "r3", "r4", "r5", "r6"}}, {3, []string{"r1", "r4", "r5", "r6"}}, {3, []string{"r1", "r4", "r5", "r6"}}, {1, []string{"r1", "r6"}}} {
		must(t, s.ExpirePages(t.Context(), store.Fence{}, "c", step.keep))
		for i := range 7 {
			run := fmt.Sprint("r", i)
			want := 0
			if slices.Contains(step.want, run) {
				want = 2
			}
			if n := countPages(t, s, run); n != want {
				t.Errorf("if %d runs are kept, run %s has %d pages, want %d", step.keep, run, n, want)
			}
			if n := countPages(t, s, "d"+run); n != 1 {
				t.Errorf("the run %s of another company has %d pages", "d"+run, n)
			}
		}
	}
	if err := s.ExpirePages(t.Context(), store.Fence{LeaseName: "l", Epoch: 5}, "c", 0); !errors.Is(err, store.ErrFenced) {
		t.Errorf("expire pages with an outdated epoch: %v", err)
	}
}
