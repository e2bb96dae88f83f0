package queue

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
)

// demoTask crawls the demo company without a delay.
func demoTask() run.Task {
	options := crawl.DefaultOptions()
	options.Delay = 0
	return run.Task{Company: demo.Domain, Plan: crawl.Plan{
		Domains: []string{demo.Domain}, Seeds: []crawl.Seed{{URL: "https://" + demo.Domain + "/"}}, Options: options,
	}}
}

func TestAnInterruptedCrawlIsResumedByTheNextOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, cancel := context.WithCancel(t.Context())
	release := f.site.Hold(8)
	first, err := f.newPool(f.store, "a").Crawl(ctx, demoTask(), func(p crawl.Progress) {
		if p.Fetched > 3 {
			cancel()
		}
	})
	release()
	if err != nil || first.Run.State != store.RunInterrupted || first.Result.Reason != crawl.StopInterrupted || !strings.Contains(first.Run.Message, "the next crawl resumes") {
		t.Fatalf("the interrupted crawl: %v, %+v", err, first.Run)
	}
	second, err := f.newPool(f.store, "b").Crawl(t.Context(), demoTask(), nil)
	if err != nil || second.Run.State != store.RunComplete || second.Run.ID != first.Run.ID || second.Run.Worker != "b" {
		t.Fatalf("the resumed crawl: %v, %+v", err, second.Run)
	}
	third, err := f.newPool(f.store, "b").Crawl(t.Context(), demoTask(), nil)
	if err != nil || third.Run.ID == first.Run.ID {
		t.Errorf("a crawl after a complete one: %v, %+v", err, third.Run)
	}
}

func TestACrawlOfABusyCompanyFailsAtOnceAndLeavesNoRun(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.store.AcquireLease(t.Context(), run.LeaseName(demo.Domain), "other", time.Hour); err != nil {
		t.Fatal(err)
	}
	_, err := f.newPool(f.store, "a").Crawl(t.Context(), demoTask(), nil)
	if !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "crawl "+demo.Domain+": the company is being crawled by another process (other, until ") {
		t.Errorf("the error is %v", err)
	}
	if runs, _, err := f.store.QueryRuns(t.Context(), store.RunQuery{Companies: []string{demo.Domain}}); err != nil || len(runs) > 0 {
		t.Errorf("%d runs were created, %v", len(runs), err)
	}
}

func TestACrawlDoesNotTakeOverTheRunOfACrawlJob(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	suspended := store.Run{ID: "r1", Company: demo.Domain, State: store.RunInterrupted, CreatedAt: time.Now().UTC(), Task: []byte(`{}`)}
	if err := f.store.PutRun(t.Context(), suspended); err != nil {
		t.Fatal(err)
	}
	rep, err := f.newPool(f.store, "a").Crawl(t.Context(), demoTask(), nil)
	if err != nil || rep.Run.ID == suspended.ID || rep.Run.State != store.RunComplete {
		t.Errorf("the crawl executed %+v, %v", rep.Run, err)
	}
	if rec, err := f.store.GetRun(t.Context(), suspended.ID); err != nil || rec.State != store.RunInterrupted || rec.Worker != "" {
		t.Errorf("the run of the CrawlJob is %+v, %v", rec, err)
	}
}

func TestAPoolDoesNotClaimTheRunOfACaller(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	abandoned := store.Run{ID: "r1", Company: demo.Domain, State: store.RunRunning, CreatedAt: time.Now().UTC(), Worker: "killed"}
	if err := f.store.PutRun(t.Context(), abandoned); err != nil {
		t.Fatal(err)
	}
	p := f.newPool(f.store, "pool")
	p.init()
	if rec, _, ok := p.claimNext(t.Context()); ok {
		t.Errorf("the pool claimed %+v", rec)
	}
}

func TestWhichRunACallerResumes(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		rec  store.Run
		want bool
	}{
		"interrupted":             {store.Run{State: store.RunInterrupted, CreatedAt: now}, true},
		"its worker was killed":   {store.Run{State: store.RunRunning, CreatedAt: now}, true},
		"killed before the claim": {store.Run{State: store.RunPending, CreatedAt: now}, true},
		"older than a day":        {store.Run{State: store.RunInterrupted, CreatedAt: now.Add(-resumeWithin)}, false},
		"complete":                {store.Run{State: store.RunComplete, CreatedAt: now}, false},
		"failed":                  {store.Run{State: store.RunFailed, CreatedAt: now}, false},
		"of a CrawlJob":           {store.Run{State: store.RunInterrupted, CreatedAt: now, Task: []byte(`{}`)}, false},
		"assigned to a worker":    {store.Run{State: store.RunInterrupted, CreatedAt: now, AssignedWorker: "pod"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := isResumable(c.rec, now); got != c.want {
				t.Errorf("got %t, want %t", got, c.want)
			}
		})
	}
}
