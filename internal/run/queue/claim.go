package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
)

const (
	// staleAfter is the age of a heartbeat from which on a pool tries to take the run
	// over: two intervals of the heartbeat and a margin. The attempt succeeds only if the
	// lease has expired.
	staleAfter = 5 * time.Second
	// takeoversPerLease is how many times per lease duration a pool tries to take over a
	// stale run, so that it succeeds soon after the lease has expired.
	takeoversPerLease = 10
	// maxObserved is the maximum number of observations that a pool keeps.
	maxObserved = 10 * store.MaxLimit
	// releaseTimeout bounds the release of a lease, which expires by itself otherwise.
	releaseTimeout = 5 * time.Second
)

// errNotClaimable means that another worker holds the run or the lease of its company, or
// that the state of the run has changed.
var errNotClaimable = errors.New("the run cannot be claimed")

// observation is the heartbeat of a run that another process executes, as a pool has seen
// it. Its times but heartbeat are those of the pool's own clock.
type observation struct {
	heartbeat time.Time // its last value
	changedAt time.Time // when the pool first saw that value
	triedAt   time.Time // when the pool last tried a takeover
}

// claimNext claims the next eligible run. Runs whose worker is stale come first, then
// waiting runs in order of priority.
func (p *Pool) claimNext(ctx context.Context) (store.Run, store.Lease, bool) {
	for _, state := range []store.RunState{store.RunRunning, store.RunPending} {
		// Read all pages: every run of the first ones may be assigned to another worker.
		for page := (store.ListOptions{Limit: store.MaxLimit}); ; {
			runs, next, err := p.Store.ListRunsByState(ctx, state, page)
			if err != nil {
				if ctx.Err() == nil {
					p.Log.Error(err, "failed to list runs", "state", state)
				}
				return store.Run{}, store.Lease{}, false
			}
			if rec, lease, ok := p.claimFirst(ctx, runs); ok {
				return rec, lease, true
			}
			if next == "" {
				break
			}
			page.Continue = next
		}
	}
	return store.Run{}, store.Lease{}, false
}

// claimFirst claims the first run that is eligible and claimable.
func (p *Pool) claimFirst(ctx context.Context, runs []store.Run) (store.Run, store.Lease, bool) {
	for _, rec := range runs {
		if !p.eligible(rec) {
			continue
		}
		claimed, lease, err := p.claim(ctx, rec)
		if err == nil {
			return claimed, lease, true
		}
		if !errors.Is(err, errNotClaimable) && ctx.Err() == nil {
			p.Log.Error(err, "failed to claim run", "runID", rec.ID, "company", rec.Company)
		}
	}
	return store.Run{}, store.Lease{}, false
}

// eligible reports whether the pool should try to claim a run: it is a waiting run that is
// due, or a running one whose heartbeat is stale. Runs that are assigned to another worker
// and runs without a task, which belong to a caller of Crawl, are not eligible.
func (p *Pool) eligible(rec store.Run) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.active[rec.ID] || rec.AssignedWorker != "" && rec.AssignedWorker != p.Runner.WorkerID || len(rec.Task) == 0 {
		return false
	}
	now := time.Now()
	if rec.State == store.RunPending {
		delete(p.observed, rec.ID)
		return !rec.NotBefore.After(now)
	}
	o, known := p.observed[rec.ID]
	if !known || !o.heartbeat.Equal(rec.Heartbeat) {
		if len(p.observed) > maxObserved {
			clear(p.observed)
		}
		o.heartbeat, o.changedAt = rec.Heartbeat, now
	}
	// The first check uses one clock. The second compares the clocks of two machines; it
	// serves a pool that has just started and has observed no change yet.
	stale := now.Sub(o.changedAt) >= staleAfter || now.Sub(rec.Heartbeat) >= staleAfter
	try := !known || stale && now.Sub(o.triedAt) >= p.leaseDuration()/takeoversPerLease
	if try {
		o.triedAt = now
	}
	p.observed[rec.ID] = o
	return try
}

// claim acquires the lease of the company of a run and records that this pool executes the
// run. The error is errNotClaimable if another worker holds the run or the lease. If the
// run has used up its attempts, claim records that it has failed and returns
// errNotClaimable.
func (p *Pool) claim(ctx context.Context, rec store.Run) (claimed store.Run, lease store.Lease, err error) {
	lease, err = p.acquireLease(ctx, rec.Company, rec.ID)
	if errors.Is(err, store.ErrConflict) {
		return rec, lease, errNotClaimable
	}
	if err != nil {
		return rec, lease, err
	}
	claimed, err = p.claimUnderLease(ctx, rec, lease)
	if err != nil {
		p.release(ctx, lease)
	}
	return claimed, lease, err
}

// acquireLease acquires the lease of a company for a run. If another worker holds it, the
// error is store.ErrConflict and the lease is the current one.
func (p *Pool) acquireLease(ctx context.Context, company, runID string) (store.Lease, error) {
	// The holder includes the run: two runs of one company must not share its lease.
	return p.Store.AcquireLease(ctx, run.LeaseName(company), p.Runner.WorkerID+"/"+runID, p.leaseDuration())
}

// claimUnderLease is claim for a pool that holds the lease of the company.
func (p *Pool) claimUnderLease(ctx context.Context, rec store.Run, lease store.Lease) (store.Run, error) {
	claimed, err := p.Store.GetRun(ctx, rec.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && claimed.State != rec.State {
		return rec, errNotClaimable
	}
	if err != nil {
		return rec, err
	}
	claimed.Fence = store.Fence{LeaseName: lease.Name, Epoch: lease.Epoch}
	if claimed.MaxAttempts > 0 && claimed.Attempts >= claimed.MaxAttempts {
		return rec, p.failLost(ctx, claimed)
	}
	now := time.Now().UTC()
	claimed.Attempts++
	if claimed.State == store.RunRunning {
		claimed.Takeovers++
	}
	if claimed.StartedAt.IsZero() || claimed.State == store.RunInterrupted {
		claimed.StartedAt = now
	}
	claimed.State, claimed.StopReason, claimed.Message = store.RunRunning, "", ""
	claimed.Worker, claimed.Heartbeat = p.Runner.WorkerID, now
	if err := compareAndSwap(ctx, p.Store, claimed, rec.State); err != nil {
		return rec, err
	}
	p.mu.Lock()
	p.active[rec.ID] = true
	delete(p.observed, rec.ID)
	p.mu.Unlock()
	run.RecordState(ctx, p.Store, p.Log, claimed, claimMessage(claimed, rec))
	p.reportClaim(claimed, rec)
	return claimed, nil
}

// claimMessage returns the message of the event that a worker has claimed a run. before is the
// run before that.
func claimMessage(claimed, before store.Run) string {
	if before.State == store.RunRunning {
		return fmt.Sprintf("Attempt %d: %s took the run over from %s.", claimed.Attempts, claimed.Worker, before.Worker)
	}
	return fmt.Sprintf("Attempt %d: %s claimed the run.", claimed.Attempts, claimed.Worker)
}

// reportClaim logs and counts that this pool has claimed a run. before is the run before that.
func (p *Pool) reportClaim(claimed, before store.Run) {
	log, worker := p.Runner.ChangeLog(), p.Runner.WorkerID
	switch {
	case before.State == store.RunRunning:
		p.Runner.Metrics.CountTakeover()
		run.LogChange(log, "run taken over", claimed, "worker", worker, "from", before.Worker)
	case claimed.Progress.Fetched > 0:
		run.LogChange(log, "run resumed", claimed, "worker", worker, "pages", claimed.Progress.Fetched)
	default:
		run.LogChange(log, "run started", claimed, "worker", worker)
	}
}

// failLost records that a run has failed because its last worker was lost. It returns
// errNotClaimable.
func (p *Pool) failLost(ctx context.Context, rec store.Run) error {
	from := rec.State
	rec.State, rec.StopReason, rec.FinishedAt = store.RunFailed, v1alpha1.ReasonWorkerLost, time.Now().UTC()
	rec.Message = fmt.Sprintf("The worker of the crawl of %s was lost (attempts: %d); check its logs and its memory, then create a new CrawlJob.", rec.Company, rec.Attempts)
	if err := compareAndSwap(ctx, p.Store, rec, from); err != nil {
		return err
	}
	recordState(ctx, p.Store, p.Log, rec)
	run.LogEnd(p.Runner.ChangeLog(), rec)
	return errNotClaimable
}

// release releases a lease, even if ctx is cancelled.
func (p *Pool) release(ctx context.Context, lease store.Lease) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	if err := p.Store.ReleaseLease(ctx, lease); err != nil {
		p.Log.Error(err, "failed to release lease", "lease", lease.Name)
	}
}

// compareAndSwap writes a record if the state of the stored record is from. Otherwise it
// returns errNotClaimable.
func compareAndSwap(ctx context.Context, s Store, rec store.Run, from store.RunState) error {
	err := s.CompareAndSwapRun(ctx, rec, from)
	if errors.Is(err, store.ErrConflict) {
		return errNotClaimable
	}
	return err
}
