package crawl

import (
	"context"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl/frontier"
)

// recorder is an Observer and Checkpoints. It remembers outcomes and checkpoints.
type recorder struct {
	NopObserver
	outcomes  []Outcome
	entries   [][]byte // the latest snapshot and the entries after it
	snapshots int
}

func (r *recorder) Outcome(o Outcome) { r.outcomes = append(r.outcomes, o) }

func (r *recorder) Save(_ context.Context, entry []byte, snapshot bool) error {
	if snapshot {
		r.entries, r.snapshots = nil, r.snapshots+1
	}
	r.entries = append(r.entries, append([]byte(nil), entry...))
	return nil
}

// reasons returns the latest reason of each URL.
func (r *recorder) reasons() map[string]SkipReason {
	all := map[string]SkipReason{}
	for _, o := range r.outcomes {
		all[o.URL] = o.Reason
	}
	return all
}

// newParts returns the parts of a crawl of example.com that sends no request.
func newParts(t *testing.T, change func(*Plan, *Deps)) (*scheduler, *recorder) {
	t.Helper()
	rec := &recorder{}
	p := Plan{Domains: []string{"example.com"}, Seeds: []Seed{{URL: "https://example.com/"}}, Options: DefaultOptions()}
	d := Deps{Observer: rec, Checkpoints: rec}
	if change != nil {
		change(&p, &d)
	}
	s, err := New(nil).newScheduler(p, d)
	if err != nil {
		t.Fatal(err)
	}
	return s, rec
}

// nextItem removes the best item from a frontier, as if it were requested.
func nextItem(t *testing.T, f *frontier.Frontier) *frontier.Item {
	t.Helper()
	it, ok, _ := f.Next(time.Now(), -1)
	if !ok {
		t.Fatal("the frontier has no item that may be requested")
	}
	f.Done(&it)
	return &it
}

// queued returns the scores of the queued URLs.
func queued(f *frontier.Frontier) map[string]float64 {
	all := map[string]float64{}
	for _, it := range f.Pending() {
		all[it.URL] = it.Score
	}
	return all
}
