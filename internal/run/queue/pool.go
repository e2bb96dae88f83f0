package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
)

// The defaults of a Pool.
const (
	defaultMaxConcurrentRuns = 3
	defaultPollInterval      = time.Second
)

// Pool claims runs and executes a bounded number of them at a time. Any number of pools may
// share a store.
type Pool struct {
	Store Store
	// Runner executes the runs. Its WorkerID identifies the pool, and its LeaseDuration is
	// that of a claimed run.
	Runner *run.Runner
	// Defaults are the options of a queued run where neither its limits nor its target set a
	// value (default crawl.DefaultOptions).
	Defaults *crawl.Options
	// MaxConcurrentRuns is how many runs the pool executes at a time (default 3).
	MaxConcurrentRuns int
	// PollInterval is how often the pool polls the queue, and the signals to its runs
	// (default 1 s).
	PollInterval time.Duration
	Log          logr.Logger
	// RunEnded, unless nil, is called with the store key of the company after each run
	// that the pool has executed. It must not block.
	RunEnded func(company string)

	once sync.Once
	wake chan struct{}
	// polledAt is the time of the last poll of the queue, in nanoseconds since 1970.
	polledAt atomic.Int64

	mu       sync.Mutex
	active   map[string]bool        // the runs that this pool executes, by ID
	observed map[string]observation // the runs that other processes execute, by ID
}

func (p *Pool) init() {
	p.once.Do(func() {
		p.wake = make(chan struct{}, 1)
		p.active, p.observed = map[string]bool{}, map[string]observation{}
	})
}

func (p *Pool) maxConcurrentRuns() int {
	if p.MaxConcurrentRuns > 0 {
		return p.MaxConcurrentRuns
	}
	return defaultMaxConcurrentRuns
}

func (p *Pool) defaults() crawl.Options {
	if p.Defaults != nil {
		return *p.Defaults
	}
	return crawl.DefaultOptions()
}

func (p *Pool) pollInterval() time.Duration {
	if p.PollInterval > 0 {
		return p.PollInterval
	}
	return defaultPollInterval
}

func (p *Pool) leaseDuration() time.Duration {
	if p.Runner.LeaseDuration > 0 {
		return p.Runner.LeaseDuration
	}
	return run.DefaultLeaseDuration
}

// Wake makes the pool poll the queue at once.
func (p *Pool) Wake() {
	p.init()
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// NeedLeaderElection implements manager.LeaderElectionRunnable: a pool runs in every
// process, not only in the leader.
func (p *Pool) NeedLeaderElection() bool { return false }

// Start implements manager.Runnable. It executes runs until ctx is cancelled, and returns
// once the pool has released its runs to the queue.
func (p *Pool) Start(ctx context.Context) error {
	p.init()
	var wait sync.WaitGroup
	defer wait.Wait()
	slots := make(chan struct{}, p.maxConcurrentRuns())
	tick := time.NewTicker(p.pollInterval())
	defer tick.Stop()
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		rec, lease, ok := p.claimNext(ctx)
		p.polledAt.Store(time.Now().UnixNano())
		if ok {
			wait.Add(1)
			go func() {
				defer func() { <-slots; wait.Done(); p.Wake() }()
				p.execute(ctx, rec, lease)
				if p.RunEnded != nil {
					p.RunEnded(rec.Company)
				}
			}()
			continue
		}
		<-slots
		select {
		case <-tick.C:
		case <-p.wake:
		case <-ctx.Done():
			return nil
		}
	}
}

// maxPollAge is the age of the last poll after which a pool that executes no run is not alive. A
// poll includes the retries of the store.
const maxPollAge = 2 * time.Minute

// Alive returns an error if the pool neither executes a run nor polls the queue.
func (p *Pool) Alive() error {
	p.mu.Lock()
	active := len(p.active)
	p.mu.Unlock()
	p.polledAt.CompareAndSwap(0, time.Now().UnixNano()) // it has not started yet
	if age := time.Since(time.Unix(0, p.polledAt.Load())); active == 0 && age > maxPollAge {
		return fmt.Errorf("the workers have not polled the queue for more than %s", maxPollAge)
	}
	return nil
}

// ErrNotAssigned means that a run is assigned to another worker.
var ErrNotAssigned = errors.New("the run is not assigned to this worker")

// WorkOn waits until it can claim a run that is assigned to worker, executes the run, and
// returns its record. It returns at once if the run has ended or is interrupted. If ctx is
// cancelled before WorkOn has claimed the run, it returns the run without an error.
func (p *Pool) WorkOn(ctx context.Context, id, worker string) (store.Run, error) {
	p.init()
	tick := time.NewTicker(p.pollInterval())
	defer tick.Stop()
	for {
		rec, err := p.Store.GetRun(ctx, id)
		if err != nil {
			return rec, fmt.Errorf("claim run %s: %w", id, err)
		}
		if rec.State != store.RunPending && rec.State != store.RunRunning {
			return rec, nil
		}
		if rec.AssignedWorker != worker {
			return rec, fmt.Errorf("claim run %s as %s: %w but to %q", id, worker, ErrNotAssigned, rec.AssignedWorker)
		}
		if claimed, lease, err := p.claim(ctx, rec); err == nil {
			p.execute(ctx, claimed, lease)
			return p.Store.GetRun(context.WithoutCancel(ctx), id)
		} else if !errors.Is(err, errNotClaimable) {
			return rec, fmt.Errorf("claim run %s: %w", id, err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return rec, nil
		}
	}
}
