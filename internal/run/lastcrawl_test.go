package run

import (
	"context"
	"errors"
	"testing"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// lastCrawl returns the summary of the last crawl of the test company.
func lastCrawl(t *testing.T, st store.Companies) store.CrawlSummary {
	t.Helper()
	c, err := st.GetCompany(t.Context(), testCompany)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		t.Fatal(err)
	}
	return c.LastCrawl
}

func TestTheEndOfARunUpdatesTheLastCrawlOfTheCompany(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, st store.Store) {
		w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy", "/terms", "Terms of Service"), "/privacy": policy("Privacy Policy"), "/terms": policy("Terms of Service")})
		r := w.runner(t, st)
		if rep := interruptWhen(t, r, func(p crawl.Progress) bool { return p.LegalFound > 0 }, func(*Task) {}); rep.Run.State != store.RunInterrupted {
			t.Fatalf("the interrupted run is %s", rep.Run.State)
		}
		if last := lastCrawl(t, st); last.RunID != "" {
			t.Errorf("an interrupted run is the last crawl: %+v", last)
		}
		complete := crawlOnce(t, r).Run
		if last := lastCrawl(t, st); last.RunID != complete.ID || last.State != store.RunComplete || last.StopReason != complete.StopReason ||
			last.FinishedAt.UnixMilli() != complete.FinishedAt.UnixMilli() || last.Documents != complete.Documents || len(last.Coverage) == 0 || len(last.Coverage) != len(complete.Coverage) {
			t.Errorf("the last crawl is %+v, the run %+v", last, complete)
		}
		for _, path := range []string{"/", "/privacy", "/terms"} {
			w.set(path, "403")
		}
		failed := crawlOnce(t, r).Run
		if last := lastCrawl(t, st); last.RunID != failed.ID || last.State != store.RunFailed || last.StopReason != string(crawl.StopAccessDenied) {
			t.Errorf("the last crawl is %+v, the run %+v", last, failed)
		}
	})
}

func TestARunThatIsRetriedIsNotTheLastCrawl(t *testing.T) {
	t.Parallel()
	failed := store.Run{State: store.RunFailed, StopReason: string(crawl.StopSiteUnreachable), Task: []byte(`{}`), Attempts: 1, MaxAttempts: 2}
	for name, c := range map[string]struct {
		change func(*store.Run)
		want   bool
	}{
		"the site is down":           {func(*store.Run) {}, true},
		"an error of the crawler":    {func(r *store.Run) { r.StopReason = string(crawl.StopInternal) }, true},
		"the last attempt":           {func(r *store.Run) { r.Attempts = 2 }, false},
		"another reason":             {func(r *store.Run) { r.StopReason = string(crawl.StopAccessDenied) }, false},
		"a complete run":             {func(r *store.Run) { r.State = store.RunComplete }, false},
		"a run without a CrawlJob":   {func(r *store.Run) { r.Task = nil }, false},
		"a run that is not repeated": {func(r *store.Run) { r.MaxAttempts = 0 }, false},
	} {
		r := failed
		c.change(&r)
		if got := mayBeRetried(r); got != c.want {
			t.Errorf("%s: may be retried: %t", name, got)
		}
		st := openStore(t)
		r.ID, r.Company = "r", testCompany
		in := storage{store: st, company: testCompany, runID: "r"}
		e := execution{record: r, observer: newObserver(in, nil, logr.Discard(), nil, nil), storage: in}
		if err := e.save(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		if last := lastCrawl(t, st); (last.RunID == "") != c.want {
			t.Errorf("%s: the last crawl is %+v", name, last)
		}
	}
}

// takenOverStore loses the lease of the company before the summary of its last crawl is stored.
type takenOverStore struct {
	Store
	lease store.Lease
}

func (s *takenOverStore) PutCrawl(ctx context.Context, f store.Fence, company string, c store.CrawlSummary) error {
	if err := s.ReleaseLease(ctx, store.Lease{Name: f.LeaseName, Holder: s.lease.Holder, Epoch: f.Epoch}); err != nil {
		return err
	}
	if _, err := s.AcquireLease(ctx, f.LeaseName, "successor", DefaultLeaseDuration); err != nil {
		return err
	}
	return s.Store.PutCrawl(ctx, f, company, c)
}

func TestAStaleWorkerDoesNotUpdateTheLastCrawl(t *testing.T) {
	t.Parallel()
	_, st, r := newTwoPolicies(t)
	before := lastCrawl(t, st)
	r.Store = &takenOverStore{Store: st, lease: store.Lease{Holder: r.WorkerID}}
	if _, err := execute(t.Context(), r, task(), nil); !errors.Is(err, store.ErrFenced) {
		t.Errorf("the run ended with %v", err)
	}
	if last := lastCrawl(t, st); before.RunID == "" || last.RunID != before.RunID {
		t.Errorf("the last crawl is %+v, before it was %+v", last, before)
	}
}
