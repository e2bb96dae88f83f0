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

// Crawl executes one run of a company without a controller: the caller, such as clausea
// crawl, is the owner of the run and waits for it. The run is claimed and executed as those
// of the queue are, except that no other worker can claim it, because its record has no
// task. Crawl resumes the caller's newest run of the company if it is not finished and was
// created within resumeWithin, and creates a run otherwise. The end of ctx leaves the run
// Interrupted. The error is ErrBusy, at once, if another worker crawls the company.
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
	ctx, stop := withSignals(ctx, p.Store, rec.ID, p.pollInterval(), run.ErrSuspend)
	defer stop()
	return p.Runner.Execute(ctx, t, rec, lease, progress)
}

// claimForCaller claims the run that Crawl executes. It creates none while another worker
// holds the lease of the company; the error is ErrBusy and the lease the current one.
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

// resumeOrCreate returns the caller's newest run of a company if it can resume. Otherwise
// it creates one with an ID.
func (p *Pool) resumeOrCreate(ctx context.Context, company, id string, lease store.Lease) (store.Run, error) {
	newest, _, err := p.Store.ListRuns(ctx, company, store.ListOptions{Limit: 1})
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
		ID: id, Company: company, State: store.RunPending, CreatedAt: time.Now().UTC(),
		Fence: store.Fence{LeaseName: lease.Name, Epoch: lease.Epoch},
	}
	if err := p.Store.PutRun(ctx, rec); err != nil {
		return store.Run{}, fmt.Errorf("create run %s: %w", id, err)
	}
	return rec, nil
}

// resumeWithin is the maximum age of a run that Crawl resumes. The frontier of an older one
// says little about the site of today.
const resumeWithin = 24 * time.Hour

// isResumable reports whether Crawl may resume a run. A run with a task or an assigned
// worker is that of a CrawlJob: its controller decides whether and where it resumes.
func isResumable(rec store.Run, now time.Time) bool {
	if len(rec.Task) > 0 || rec.AssignedWorker != "" || now.Sub(rec.CreatedAt) >= resumeWithin {
		return false
	}
	return rec.State == store.RunPending || rec.State == store.RunRunning || rec.State == store.RunInterrupted
}
