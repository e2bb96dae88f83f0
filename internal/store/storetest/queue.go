package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func runsByState(t *testing.T, s store.Store) {
	for i := range 12 {
		state := store.RunPending
		if i%3 == 0 {
			state = store.RunRunning
		}
		must(t, s.PutRun(t.Context(), store.Run{ID: fmt.Sprintf("run-%02d", i), Company: "c", State: state, Priority: int32(i%2) - 1, Task: []byte(`{}`), MaxAttempts: 3}))
	}
	ids := func(state store.RunState, limit int) (out []string) {
		for _, r := range pagesOf(t, limit, func(p store.ListOptions) ([]store.Run, string, error) {
			return s.ListRunsByState(t.Context(), state, p)
		}) {
			out = append(out, r.ID)
		}
		return out
	}
	want := []string{"run-01", "run-05", "run-07", "run-11", "run-02", "run-04", "run-08", "run-10"}
	if got := ids(store.RunPending, 500); !slices.Equal(got, want) {
		t.Errorf("pending runs are %v, want %v", got, want)
	}
	for _, limit := range []int{1, 3, 4, 7} { // pages end within a priority and between priorities
		if got := ids(store.RunPending, limit); !slices.Equal(got, want) {
			t.Errorf("pending runs in pages of %d are %v, want %v", limit, got, want)
		}
	}
	r, err := s.GetRun(t.Context(), "run-01")
	must(t, err)
	if r.MaxAttempts != 3 || string(r.Task) != `{}` {
		t.Errorf("a pending run was returned as %+v", r)
	}
	r.State = store.RunComplete
	must(t, s.PutRun(t.Context(), r))
	if got := ids(store.RunPending, 500); !slices.Equal(got, want[1:]) {
		t.Errorf("after one run completed, pending runs are %v", got)
	}
	if got := ids(store.RunInterrupted, 500); len(got) > 0 {
		t.Errorf("interrupted runs are %v", got)
	}
}

func runCompareAndSwap(t *testing.T, s store.Store) {
	r := store.Run{ID: "r", Company: "c", State: store.RunRunning, Heartbeat: at(1)}
	if err := s.CompareAndSwapRun(t.Context(), r, store.RunPending); !errors.Is(err, store.ErrConflict) {
		t.Errorf("swapping a missing run: %v", err)
	}
	must(t, s.PutRun(t.Context(), store.Run{ID: "r", Company: "c", State: store.RunPending}))
	must(t, s.CompareAndSwapRun(t.Context(), r, store.RunPending))
	if err := s.CompareAndSwapRun(t.Context(), store.Run{ID: "r", Company: "c", State: store.RunFailed}, store.RunPending); !errors.Is(err, store.ErrConflict) {
		t.Errorf("swapping a claimed run: %v", err)
	}
	for state, want := range map[store.RunState]int{store.RunPending: 0, store.RunRunning: 1, store.RunFailed: 0} {
		if got, _, err := s.ListRunsByState(t.Context(), state, store.ListOptions{}); err != nil || len(got) != want {
			t.Errorf("%d runs are %s, %v", len(got), state, err)
		}
	}
	r.State, r.FinishedAt = store.RunComplete, at(2)
	must(t, s.CompareAndSwapRun(t.Context(), r, store.RunRunning))
}

func runCompareAndSwapContention(t *testing.T, s store.Store) {
	must(t, s.PutRun(t.Context(), store.Run{ID: "r", Company: "c", State: store.RunPending}))
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			switch err := s.CompareAndSwapRun(t.Context(), store.Run{ID: "r", Company: "c", State: store.RunRunning, Heartbeat: at(i)}, store.RunPending); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, store.ErrConflict):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 16 workers claimed the run", won.Load())
	}
}

func requests(t *testing.T, s store.Store) {
	get := func() store.RunRequest {
		r, err := s.GetRunRequest(t.Context(), "r1")
		must(t, err)
		return r
	}
	if got := get(); got != "" {
		t.Errorf("a run without a request has the request %q", got)
	}
	for _, r := range []store.RunRequest{store.RequestSuspend, "", store.RequestCancel} {
		must(t, s.PutRunRequest(t.Context(), "r1", r))
		if got := get(); got != r {
			t.Errorf("put request %q, got %q", r, got)
		}
	}
	must(t, s.PutRun(t.Context(), store.Run{ID: "r1", Company: "c", State: store.RunPending}))
	for range 2 {
		must(t, s.DeleteRunRequest(t.Context(), "r1"))
	}
	if got := get(); got != "" {
		t.Errorf("a deleted request is %q", got)
	}
	if _, err := s.GetRun(t.Context(), "r1"); err != nil {
		t.Errorf("get the run of a deleted request: %v", err)
	}
}

func companyDeletion(t *testing.T, s store.Store) {
	snap := ""
	for _, c := range []string{"a", "b"} {
		for i := range 3 {
			d := store.Document{ID: fmt.Sprint(c, i), Company: c, URL: fmt.Sprintf("https://%s.example/%d", c, i)}
			must(t, s.PutDocument(t.Context(), store.Fence{}, d))
			_, _, err := s.AppendVersion(t.Context(), store.Fence{}, store.Version{DocumentID: d.ID, ContentHash: "h", FetchedAt: at(i)}, "text of "+d.ID)
			must(t, err)
		}
		for _, company := range []string{c, c + "/inner"} { // a name, and a name in the namespace of that name
			h, err := s.PutSnapshot(t.Context(), store.Fence{}, company, []byte("the page of all"), "")
			must(t, err)
			snap = h
		}
		must(t, s.PutPages(t.Context(), store.Fence{}, []store.FetchedPage{{Company: c, RunID: "run-" + c, URL: "https://" + c + ".example/"}}))
		must(t, s.PutRun(t.Context(), store.Run{ID: "run-" + c, Company: c, State: store.RunComplete}))
	}
	for range 2 { // the second call finds nothing
		must(t, s.DeleteCompany(t.Context(), "a"))
	}
	for company, there := range map[string]bool{"a": false, "a/inner": true, "b": true, "b/inner": true} {
		if _, err := s.GetSnapshot(t.Context(), company, snap); (err == nil) != there || err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("get the snapshot of %s: %v", company, err)
		}
	}
	for c, want := range map[string]int{"a": 0, "b": 3} {
		docs, _, err := s.ListDocuments(t.Context(), c, store.ListOptions{})
		must(t, err)
		runs, _, err := s.QueryRuns(t.Context(), store.RunQuery{Companies: []string{c}})
		must(t, err)
		if len(docs) != want || countPages(t, s, "run-"+c) != min(want, 1) || len(runs) != min(want, 1) {
			t.Errorf("%s has %d documents, %d pages, %d runs", c, len(docs), countPages(t, s, "run-"+c), len(runs))
		}
	}
	if _, _, err := s.VersionText(t.Context(), "a0", 0); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get a version of a deleted company: %v", err)
	}
	if _, text, err := s.VersionText(t.Context(), "b0", 0); err != nil || text != "text of b0" {
		t.Errorf("the version of the other company is %q, %v", text, err)
	}
}
