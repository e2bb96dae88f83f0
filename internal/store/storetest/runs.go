package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// queryRuns returns all runs that q selects, which it reads in pages of limit runs.
func queryRuns(t *testing.T, s store.Store, limit int, q store.RunQuery) []store.Run {
	t.Helper()
	return pagesOf(t, limit, func(p store.ListOptions) ([]store.Run, string, error) {
		q.ListOptions = p
		return s.QueryRuns(t.Context(), q)
	})
}

func runQueries(t *testing.T, s store.Store) {
	states := []store.RunState{store.RunRunning, store.RunComplete, store.RunFailed}
	triggers := []store.RunTrigger{store.TriggerSchedule, store.TriggerAPI}
	var all []store.Run // newest first
	for i := range 36 {
		// Three runs at a time were created in the same millisecond.
		r := store.Run{ID: fmt.Sprintf("r%02d", i), Company: fmt.Sprint("c", i%4), State: states[i%3], Trigger: triggers[i%2], CreatedAt: at(i / 3),
			RequestedBy: "jane@x.example", Limits: store.RunLimits{MaxPages: 9, MaxDepth: 2, TimeLimit: 90 * time.Second, Delay: time.Second / 2}, Bytes: 1 << 40}
		must(t, s.PutRun(t.Context(), r))
		all = append([]store.Run{r}, all...)
	}
	early := store.Run{ID: "r99", Company: "c0", State: store.RunPending, CreatedAt: at(-5)} // its ID does not sort by time
	must(t, s.PutRun(t.Context(), early))
	all = append(all, early)
	for what, c := range map[string]struct {
		query store.RunQuery
		match func(store.Run) bool
	}{
		"all":                {store.RunQuery{}, func(store.Run) bool { return true }},
		"a company":          {store.RunQuery{Companies: []string{"c1"}}, func(r store.Run) bool { return r.Company == "c1" }},
		"two companies":      {store.RunQuery{Companies: []string{"c0", "c3"}}, func(r store.Run) bool { return r.Company == "c0" || r.Company == "c3" }},
		"a state":            {store.RunQuery{States: states[:1]}, func(r store.Run) bool { return r.State == states[0] }},
		"two states":         {store.RunQuery{States: states[:2]}, func(r store.Run) bool { return r.State == states[0] || r.State == states[1] }},
		"a trigger":          {store.RunQuery{Triggers: triggers[:1]}, func(r store.Run) bool { return r.Trigger == triggers[0] }},
		"a time of creation": {store.RunQuery{CreatedSince: at(7)}, func(r store.Run) bool { return !r.CreatedAt.Before(at(7)) }},
		"all properties": {
			store.RunQuery{Companies: []string{"c0", "c1"}, States: states[1:], Triggers: triggers[1:], CreatedSince: at(2)},
			func(r store.Run) bool {
				return (r.Company == "c0" || r.Company == "c1") && r.State != states[0] && r.Trigger == triggers[1] && !r.CreatedAt.Before(at(2))
			},
		},
		"nothing": {store.RunQuery{Companies: []string{"c9"}}, func(store.Run) bool { return false }},
	} {
		var want []string
		for _, r := range all {
			if c.match(r) {
				want = append(want, r.ID)
			}
		}
		for _, limit := range []int{1, 2, 4, 500} {
			var got []string
			for _, r := range queryRuns(t, s, limit, c.query) {
				got = append(got, r.ID)
			}
			if !slices.Equal(got, want) {
				t.Errorf("the runs by %s in pages of %d are %v, want %v", what, limit, got, want)
			}
		}
	}
	got, err := s.GetRun(t.Context(), all[0].ID)
	must(t, err)
	if got.Trigger != all[0].Trigger || got.RequestedBy != all[0].RequestedBy || !reflect.DeepEqual(got.Limits, all[0].Limits) || got.Bytes != all[0].Bytes {
		t.Errorf("put %+v, got %+v", all[0], got)
	}
	if _, _, err := s.QueryRuns(t.Context(), store.RunQuery{Companies: make([]string, store.MaxQueryValues+1)}); err == nil {
		t.Error("a query with too many values was accepted")
	}
}

func runCompanyChange(t *testing.T, s store.Store) {
	r := store.Run{ID: "r", Company: "old", State: store.RunRunning, CreatedAt: at(1)}
	must(t, s.PutRun(t.Context(), r))
	r.Company, r.State, r.Trigger, r.CreatedAt = "new", store.RunFailed, store.TriggerCLI, at(2)
	must(t, s.PutRun(t.Context(), r))
	q := store.RunQuery{Companies: []string{"new"}, States: []store.RunState{store.RunFailed}, Triggers: []store.RunTrigger{store.TriggerCLI}, CreatedSince: at(2)}
	if got := queryRuns(t, s, 9, q); len(got) != 1 {
		t.Errorf("the new company has the runs %+v", got)
	}
	if got := queryRuns(t, s, 9, store.RunQuery{Companies: []string{"old"}}); len(got) > 0 {
		t.Errorf("the old company has the runs %+v", got)
	}
}
