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
	// staleAfter is how long a heartbeat may stand still before a pool tries to take the
	// run over: two intervals of the heartbeat and a margin. Whether the worker is gone
	// is decided by its lease alone.
	staleAfter = 5 * time.Second
	// takeoversPerLease is how many times per lease duration a pool tries to take a stale
	// run over, so that it succeeds soon after the lease has expired.
	takeoversPerLease = 10
	// maxObserved bounds the observations that a pool remembers.
	maxObserved = 10 * store.MaxLimit
	// releaseTimeout bounds the release of a lease, which expires by itself otherwise.
	releaseTimeout = 5 * time.Second
)

// errNotClaimable means that another worker holds the run or its company, or that the
// run has ended.
var errNotClaimable = errors.New("the run cannot be claimed")

// observation is what a pool has seen of a run that is executed elsewhere, by the clock
// of its own process.
type observation struct {
	heartbeat time.Time // the value last seen
	changedAt time.Time // when it was first seen
	triedAt   time.Time // when a takeover was last tried
}

// claimNext claims the next eligible run: runs whose worker is stale come first, then
// waiting runs by priority.
func (p *Pool) claimNext(ctx context.Context) (store.Run, store.Lease, bool) {
	for _, state := range []store.RunState{store.RunRunning, store.RunPending} {
		// Every page is read: the runs of the first ones may be assigned to other workers.
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

// claimFirst claims the first of runs that is eligible and can be claimed.
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

// eligible reports whether the pool should try to claim a run: it waits for any worker
// and its time has come, or its heartbeat is stale.
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
	// The age of the heartbeat compares the clocks of two machines. It is a hint for a
	// process that has just started; if the other clock is wrong, the time since the
	// heartbeat last changed is what counts.
	stale := now.Sub(o.changedAt) >= staleAfter || now.Sub(rec.Heartbeat) >= staleAfter
	try := !known || stale && now.Sub(o.triedAt) >= p.leaseDuration()/takeoversPerLease
	if try {
		o.triedAt = now
	}
	p.observed[rec.ID] = o
	return try
}

// claim makes a run this pool's under the lease of its company. The error is
// errNotClaimable if another worker holds either, or if the run has used up its
// attempts, in which case claim records that it has failed.
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

// claimUnderLease is claim for a worker that holds the lease of the company.
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
	if claimed.StartedAt.IsZero() || claimed.State == store.RunInterrupted {
		claimed.StartedAt = now
	}
	claimed.State, claimed.StopReason, claimed.Message = store.RunRunning, "", ""
	claimed.Worker, claimed.Heartbeat = p.Runner.WorkerID, now
	if err := p.compareAndSwap(ctx, claimed, rec.State); err != nil {
		return rec, err
	}
	p.mu.Lock()
	p.active[rec.ID] = true
	delete(p.observed, rec.ID)
	p.mu.Unlock()
	return claimed, nil
}

// failLost records that a run has lost its last worker.
func (p *Pool) failLost(ctx context.Context, rec store.Run) error {
	from := rec.State
	rec.State, rec.StopReason, rec.FinishedAt = store.RunFailed, v1alpha1.ReasonWorkerLost, time.Now().UTC()
	rec.Message = fmt.Sprintf("%d workers were lost while they crawled %s; check their logs and memory, then create a new CrawlJob.", rec.Attempts, rec.Company)
	if err := p.compareAndSwap(ctx, rec, from); err != nil {
		return err
	}
	return errNotClaimable
}

func (p *Pool) release(ctx context.Context, lease store.Lease) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	if err := p.Store.ReleaseLease(ctx, lease); err != nil {
		p.Log.Error(err, "failed to release lease", "lease", lease.Name)
	}
}

// compareAndSwap writes a record unless its state has changed since it was read.
func (p *Pool) compareAndSwap(ctx context.Context, rec store.Run, from store.RunState) error {
	err := p.Store.CompareAndSwapRun(ctx, rec, from)
	if errors.Is(err, store.ErrConflict) {
		return errNotClaimable
	}
	return err
}
