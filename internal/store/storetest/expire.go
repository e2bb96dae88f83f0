package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// runIDs returns the IDs of a company's runs, newest first.
func runIDs(t *testing.T, s store.Store, company string) (ids []string) {
	t.Helper()
	for _, r := range queryRuns(t, s, store.MaxLimit, store.RunQuery{Companies: []string{company}}) {
		ids = append(ids, r.ID)
	}
	return ids
}

func runExpiry(t *testing.T, s store.Store) {
	task, job := []byte(`{}`), store.CrawlJobReference{Namespace: "default", Name: "j", UID: "u"}
	day := func(n int) time.Time { return at(0).Add(time.Duration(n) * 24 * time.Hour) }
	run := func(id string, created, finished int, state store.RunState, change func(*store.Run)) {
		r := store.Run{ID: id, Company: "c", State: state, CreatedAt: day(created), FinishedAt: day(finished)}
		if change != nil {
			change(&r)
		}
		must(t, s.PutRun(t.Context(), r))
		must(t, s.PutRunRequest(t.Context(), id, store.RequestStop))
		must(t, s.PutCheckpoint(t.Context(), store.Fence{}, store.CheckpointKey(id, 1), []byte(id)))
		putPages(t, s, store.FetchedPage{Company: "c", URL: "https://x.example/" + id, RunID: id}, store.FetchedPage{Company: "d", URL: "https://x.example/" + id, RunID: "d" + id})
	}
	ofJob := func(r *store.Run) { r.Task, r.CrawlJob = task, job }
	archived := func(r *store.Run) { r.Task, r.CrawlJob, r.ArchivedAt = task, job, day(50) }
	run("r1", 1, 2, store.RunComplete, archived)
	run("r2", 2, 3, store.RunFailed, nil)
	run("r3", 3, 4, store.RunComplete, ofJob) // its CrawlJob exists
	run("r4", 4, 0, store.RunInterrupted, ofJob)
	run("r5", 5, 30, store.RunFailed, archived) // ended late
	run("r6", 6, 0, store.RunRunning, nil)
	run("r7", 7, 0, store.RunPending, ofJob)
	run("r8", 8, 9, store.RunFailed, nil)
	run("r9", 9, 9, store.RunComplete, archived)
	must(t, s.PutRun(t.Context(), store.Run{ID: "r0", Company: "d", State: store.RunComplete}))
	must(t, s.PutRun(t.Context(), store.Run{ID: "r00", Company: "d", State: store.RunComplete}))

	all := []string{"r9", "r8", "r7", "r6", "r5", "r4", "r3", "r2", "r1"}
	for _, step := range []struct {
		what   string
		keep   int
		before time.Time
		want   []string
	}{
		{"within the limits", 9, day(2), all},
		{"beyond the number of runs", 8, day(0), without(all, "r1")},
		{"older than the maximum age", 100, day(20), without(all, "r1", "r2", "r8")},
		{"older, including a run that ended late", 100, day(40), without(all, "r1", "r2", "r8", "r5")},
		{"beyond all limits", 0, day(1000), []string{"r9", "r7", "r6", "r4", "r3"}},
	} {
		before := len(runIDs(t, s, "c"))
		n, err := s.ExpireRuns(t.Context(), "c", step.keep, step.before)
		must(t, err)
		if got := runIDs(t, s, "c"); !slices.Equal(got, step.want) || n != before-len(got) {
			t.Errorf("%s: %d runs expired, %v remain, want %v", step.what, n, got, step.want)
		}
	}
	for _, id := range all {
		_, err := s.GetRun(t.Context(), id)
		kept := err == nil
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Error(err)
		}
		request, err := s.GetRunRequest(t.Context(), id)
		must(t, err)
		_, checkpointErr := s.GetCheckpoint(t.Context(), store.CheckpointKey(id, 1))
		_, pageErr := s.GetPage(t.Context(), id, "https://x.example/"+id)
		if (request != "") != kept || (checkpointErr == nil) != kept || (pageErr == nil) != kept {
			t.Errorf("run %s exists: %v; its request is %q, its checkpoint: %v, its page: %v", id, kept, request, checkpointErr, pageErr)
		}
		if _, err := s.GetPage(t.Context(), "d"+id, "https://x.example/"+id); err != nil {
			t.Errorf("the page of another company: %v", err)
		}
	}
	if got := runIDs(t, s, "d"); len(got) != 2 {
		t.Errorf("the other company has the runs %v", got)
	}
	r, err := s.GetRun(t.Context(), "r9")
	must(t, err)
	if r.CrawlJob != job || !r.ArchivedAt.Equal(day(50)) {
		t.Errorf("an archived run was returned as %+v", r)
	}
}

// without returns all without some elements.
func without(all []string, some ...string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(v string) bool { return slices.Contains(some, v) })
}

func runExpiryBatches(t *testing.T, s store.Store) {
	const runs = 2*store.MaxExpiredRuns + 7
	for i := range runs {
		must(t, s.PutRun(t.Context(), store.Run{ID: fmt.Sprintf("run-%03d", i), Company: "c", State: store.RunComplete}))
	}
	for _, want := range []int{store.MaxExpiredRuns, store.MaxExpiredRuns, 2, 0} {
		if n, err := s.ExpireRuns(t.Context(), "c", 5, time.Time{}); err != nil || n != want {
			t.Errorf("%d runs expired, want %d, %v", n, want, err)
		}
	}
	if got, want := runIDs(t, s, "c"), []string{"run-206", "run-205", "run-204", "run-203", "run-202"}; !slices.Equal(got, want) {
		t.Errorf("the runs %v remain, want %v", got, want)
	}
	if n, err := s.ExpireRuns(t.Context(), "none", 1, at(0)); err != nil || n != 0 {
		t.Errorf("%d runs of a company without runs expired, %v", n, err)
	}
}

func runCompanies(t *testing.T, s store.Store) {
	var want []string
	for i := range 7 {
		want = append(want, fmt.Sprintf("ns%d/acme \"%d\"", i%2, i))
	}
	slices.Sort(want)
	for i, c := range want {
		for n := range i%3 + 1 {
			must(t, s.PutRun(t.Context(), store.Run{ID: fmt.Sprint("r", i, "-", n), Company: c, State: store.RunComplete}))
		}
	}
	for _, limit := range []int{1, 3, 7, 500} {
		got := pagesOf(t, limit, func(p store.ListOptions) ([]string, string, error) { return s.ListRunCompanies(t.Context(), p) })
		if !slices.Equal(got, want) {
			t.Errorf("the companies in pages of %d are %q, want %q", limit, got, want)
		}
	}
}
