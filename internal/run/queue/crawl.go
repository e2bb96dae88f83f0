package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
)

// ErrBusy means that another worker holds the lease of a company.
var ErrBusy = errors.New("the company is being crawled by another process")

// Crawl executes one run of a company without a controller, and waits for it. The caller,
// such as the command clausea crawl, owns the run: the record of the run has no task, so
// that no pool claims it.
//
// Crawl resumes the newest run of the company if isResumable allows it, and creates a run
// otherwise. If ctx is cancelled, the run becomes Interrupted. The error is ErrBusy, at
// once, if another worker crawls the company.
func (p *Pool) Crawl(ctx context.Context, t run.Task, progress run.ProgressFunc) (run.Report, error) {
	p.init()
	rec, lease, err := p.claimForCaller(ctx, t.Company)
	if errors.Is(err, ErrBusy) {
		return run.Report{}, fmt.Errorf("crawl %s: %w (%s, until %s)", t.Company, ErrBusy, lease.Holder, lease.Expires.Format(time.RFC3339))
	}
	if err != nil {
		return run.Report{}, fmt.Errorf("crawl %s: %w", t.Company, err)
	}
	defer p.setInactive(rec.ID)
	ctx, stop := p.signals(rec.ID).watch(ctx, run.ErrSuspend)
	defer stop()
	return p.Runner.Execute(ctx, t, rec, lease, progress)
}

// claimForCaller claims the run that Crawl executes. If another worker holds the lease of
// the company, it creates no run, and returns that lease and ErrBusy.
func (p *Pool) claimForCaller(ctx context.Context, company string) (store.Run, store.Lease, error) {
	id := run.NewID()
	lease, err := p.acquireLease(ctx, company, id)
	if errors.Is(err, store.ErrConflict) {
		return store.Run{}, lease, ErrBusy
	}
	if err != nil {
		return store.Run{}, lease, err
	}
	rec, err := p.resumeOrCreate(ctx, company, id, lease)
	if err == nil {
		rec, err = p.claimUnderLease(ctx, rec, lease)
	}
	if err != nil {
		p.release(ctx, lease)
	}
	return rec, lease, err
}

// resumeOrCreate returns the newest run of a company if it is resumable. Otherwise it
// creates a run with the given ID.
func (p *Pool) resumeOrCreate(ctx context.Context, company, id string, lease store.Lease) (store.Run, error) {
	newest, _, err := p.Store.QueryRuns(ctx, store.RunQuery{Companies: []string{company}, ListOptions: store.ListOptions{Limit: 1}})
	if err != nil {
		return store.Run{}, fmt.Errorf("find a run to resume: %w", err)
	}
	if len(newest) == 1 && isResumable(newest[0], time.Now()) {
		if err := p.Store.PutRunRequest(ctx, newest[0].ID, ""); err != nil {
			return store.Run{}, fmt.Errorf("resume run %s: %w", newest[0].ID, err)
		}
		return newest[0], nil
	}
	rec := store.Run{
		ID: id, Company: company, State: store.RunPending, CreatedAt: time.Now().UTC(), Trigger: store.TriggerCLI,
		Fence: store.Fence{LeaseName: lease.Name, Epoch: lease.Epoch},
	}
	if err := p.Store.PutRun(ctx, rec); err != nil {
		return store.Run{}, fmt.Errorf("create run %s: %w", id, err)
	}
	return rec, nil
}

// resumeWithin is the maximum age of a run that Crawl resumes. The frontier of an older run
// is likely to be outdated.
const resumeWithin = 24 * time.Hour

// isResumable reports whether Crawl may resume a run: it is unfinished, not too old, and not
// the run of a CrawlJob, which has a task or an assigned worker. The controller decides when
// that resumes.
func isResumable(rec store.Run, now time.Time) bool {
	if len(rec.Task) > 0 || rec.AssignedWorker != "" || now.Sub(rec.CreatedAt) >= resumeWithin {
		return false
	}
	return rec.State == store.RunPending || rec.State == store.RunRunning || rec.State == store.RunInterrupted
}
