package queue

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
)

// Pool takes runs up and crawls them, a bounded number at once. Any number of pools
// may share a store.
type Pool struct {
	Store store.Store
	// Runner does one run; its Holder names this process.
	Runner *run.Runner
	// Slots is how many runs are crawled at once (default 3).
	Slots int
	// Poll is how often the queue is looked at (default 1 s).
	Poll time.Duration
	// Lease is how long another worker is believed (default run.LeaseTTL).
	Lease time.Duration
	Log   logr.Logger
	// Ended is told the company of each run whose work here is over; it must not block.
	// nil: nobody is told.
	Ended func(company string)

	once sync.Once
	wake chan struct{}

	mu   sync.Mutex
	mine map[string]bool     // runs that are crawled here
	seen map[string]sighting // of runs that are crawled elsewhere
}

// sighting is when a run's heartbeat was last seen to move, by this process's own
// clock, and when its lease was last tried.
type sighting struct {
	heartbeat time.Time
	at        time.Time
	tried     time.Time
}

func (p *Pool) init() {
	p.once.Do(func() {
		if p.Slots <= 0 {
			p.Slots = 3
		}
		if p.Poll <= 0 {
			p.Poll = time.Second
		}
		if p.Lease <= 0 {
			p.Lease = run.LeaseTTL
		}
		p.Runner.Lease = p.Lease
		p.wake = make(chan struct{}, 1)
		p.mine, p.seen = map[string]bool{}, map[string]sighting{}
	})
}

// Wake makes the pool look at the queue now.
func (p *Pool) Wake() {
	p.init()
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// NeedLeaderElection tells a Manager that every process works, not the leader alone.
func (p *Pool) NeedLeaderElection() bool { return false }

// Start crawls until ctx ends, then gives back what is being crawled and waits for
// it. It is a Manager's Runnable.
func (p *Pool) Start(ctx context.Context) error {
	p.init()
	var wait sync.WaitGroup
	defer wait.Wait()
	slots := make(chan struct{}, p.Slots)
	tick := time.NewTicker(p.Poll)
	defer tick.Stop()
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		r, l, ok := p.next(ctx)
		if ok {
			wait.Add(1)
			go func() {
				defer func() { <-slots; wait.Done(); p.Wake() }()
				p.work(ctx, r, l)
				if p.Ended != nil {
					p.Ended(r.Company)
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

// next takes up the run that is due: first one whose worker is gone, then the one
// of highest priority that waits.
func (p *Pool) next(ctx context.Context) (store.Run, store.Lease, bool) {
	for _, state := range []store.RunState{store.RunRunning, store.RunPending} {
		// All pages, for those before a run may be reserved for others.
		for page := (store.ListOptions{Limit: store.MaxLimit}); ; {
			runs, more, err := p.Store.ListRunsByState(ctx, state, page)
			if err != nil {
				if ctx.Err() == nil {
					p.Log.Error(err, "queue not read", "state", state)
				}
				return store.Run{}, store.Lease{}, false
			}
			if r, l, ok := p.first(ctx, runs); ok {
				return r, l, true
			}
			if more == "" {
				break
			}
			page.Continue = more
		}
	}
	return store.Run{}, store.Lease{}, false
}

// first takes up the first of runs that is due and can be had.
func (p *Pool) first(ctx context.Context, runs []store.Run) (store.Run, store.Lease, bool) {
	for _, r := range runs {
		if !p.due(r) {
			continue
		}
		taken, l, err := p.take(ctx, r)
		if err == nil {
			return taken, l, true
		}
		if !errors.Is(err, errNotNow) && ctx.Err() == nil {
			p.Log.Error(err, "run not taken up", "run", r.ID, "company", r.Company)
		}
	}
	return store.Run{}, store.Lease{}, false
}

// due says whether a run may be tried: it waits for anybody and its time has come,
// or its worker has been quiet.
func (p *Pool) due(r store.Run) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mine[r.ID] || r.AssignedWorker != "" && r.AssignedWorker != p.Runner.Holder || len(r.Task) == 0 {
		return false
	}
	if r.State == store.RunPending {
		delete(p.seen, r.ID)
		return !r.NotBefore.After(time.Now())
	}
	now := time.Now()
	s, ok := p.seen[r.ID]
	if !ok || !s.heartbeat.Equal(r.Heartbeat) {
		if len(p.seen) > 10*store.MaxLimit {
			clear(p.seen)
		}
		s.heartbeat, s.at = r.Heartbeat, now
	}
	// How old the heartbeat is by the clocks is a hint for a process that has just
	// begun; where another machine's clock is wrong, what this one saw counts too.
	due := now.Sub(s.at) >= quiet || now.Sub(r.Heartbeat) >= quiet
	due = !ok || due && now.Sub(s.tried) >= p.Lease/triesOfALease
	if due {
		s.tried = now
	}
	p.seen[r.ID] = s
	return due
}

const (
	// quiet is how long a heartbeat must stand still until its run's lease is tried: two
	// beats and a little. The lease alone decides whether the worker is gone.
	quiet = 5 * time.Second
	// triesOfALease is how often a lease is tried while one lasts, so that it is taken
	// over soon after it has run out.
	triesOfALease = 10
)

// releaseTimeout bounds the giving back of a lease, which runs out by itself else.
const releaseTimeout = 5 * time.Second

// errNotNow says that somebody else has the run or its company.
var errNotNow = errors.New("not now")

// take makes the run this pool's, under the lease of its company, unless others were
// quicker or it has had all its attempts: then it is given up.
func (p *Pool) take(ctx context.Context, r store.Run) (store.Run, store.Lease, error) {
	// Two runs of one company are two holders: they must not share its lease.
	holder := p.Runner.Holder + "/" + r.ID
	l, err := p.Store.AcquireLease(ctx, run.LeaseName(r.Company), holder, p.Lease)
	if errors.Is(err, store.ErrConflict) {
		return r, l, errNotNow
	}
	if err != nil {
		return r, l, err
	}
	keep := false
	defer func() {
		if !keep {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
			defer cancel()
			if err := p.Store.ReleaseLease(ctx, l); err != nil {
				p.Log.Error(err, "lease not released", "lease", l.Name)
			}
		}
	}()
	now, err := p.Store.GetRun(ctx, r.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && now.State != r.State {
		return r, l, errNotNow
	}
	if err != nil {
		return r, l, err
	}
	now.Fence = store.Fence{LeaseName: l.Name, Epoch: l.Epoch}
	if now.MaxAttempts > 0 && now.Attempts >= now.MaxAttempts {
		now.State, now.StopReason, now.FinishedAt = store.RunFailed, string(crawl.StopWorkerLost), time.Now().UTC()
		now.Message = fmt.Sprintf("%d workers were lost while they crawled %s; look at their logs and memory, then create a new CrawlJob.", now.Attempts, now.Company)
		if err := p.swap(ctx, now, r.State); err != nil {
			return r, l, err
		}
		return r, l, errNotNow
	}
	now.Attempts++
	if now.StartedAt.IsZero() {
		now.StartedAt = time.Now().UTC()
	}
	now.State, now.Message, now.Worker, now.Heartbeat = store.RunRunning, "", p.Runner.Holder, time.Now().UTC()
	if err := p.swap(ctx, now, r.State); err != nil {
		return r, l, err
	}
	keep = true
	p.mu.Lock()
	p.mine[r.ID] = true
	delete(p.seen, r.ID)
	p.mu.Unlock()
	return now, l, nil
}

// swap writes a run unless its owner ended it since it was read.
func (p *Pool) swap(ctx context.Context, r store.Run, from store.RunState) error {
	err := p.Store.CompareAndSwapRun(ctx, r, from)
	if errors.Is(err, store.ErrConflict) {
		return errNotNow
	}
	return err
}

// ErrNotReserved says that a run is another worker's.
var ErrNotReserved = errors.New("it is not reserved for")

// WorkOn crawls one run that is reserved for worker, as soon as nobody else has its
// company, and gives its record as it is then. A run that is over is left as it is.
func (p *Pool) WorkOn(ctx context.Context, id, worker string) (store.Run, error) {
	p.init()
	tick := time.NewTicker(p.Poll)
	defer tick.Stop()
	for {
		r, err := p.Store.GetRun(ctx, id)
		if err != nil {
			return r, fmt.Errorf("take up run %s: %w", id, err)
		}
		if r.State != store.RunPending && r.State != store.RunRunning {
			return r, nil
		}
		if r.AssignedWorker != worker {
			return r, fmt.Errorf("take up run %s: %w %s but for %q", id, ErrNotReserved, worker, r.AssignedWorker)
		}
		if taken, l, err := p.take(ctx, r); err == nil {
			p.work(ctx, taken, l)
			return p.Store.GetRun(context.WithoutCancel(ctx), id)
		} else if !errors.Is(err, errNotNow) {
			return r, fmt.Errorf("take up run %s: %w", id, err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return r, nil
		}
	}
}

// work crawls one run until it ends, or its owner or the process's end ends it.
func (p *Pool) work(parent context.Context, r store.Run, l store.Lease) {
	defer func() {
		p.mu.Lock()
		delete(p.mine, r.ID)
		p.mu.Unlock()
	}()
	if err := Work(parent, p.Store, p.Runner, r, l, p.Poll); err != nil {
		p.Log.Error(err, "run ended early", "run", r.ID, "company", r.Company)
	}
}

// Work crawls one run that was taken up, and does what its owner asks meanwhile. The
// end of ctx gives it back to the queue. What became of it is in its record; the
// error is for the log.
func Work(parent context.Context, s store.Store, runner *run.Runner, r store.Run, l store.Lease, poll time.Duration) error {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(parent))
	defer cancel(nil)
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() { attend(parent, ctx, s, r.ID, poll, cancel, done) })
	defer watching.Wait()
	defer close(done)
	var t task
	if err := json.Unmarshal(r.Task, &t); err != nil {
		return fmt.Errorf("read what run %s is to crawl: %w", r.ID, err)
	}
	_, err := runner.Work(ctx, run.TaskFor(r.Company, t.Target, t.Limits, crawl.DefaultOptions()), r, l)
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, store.ErrFenced) {
		return nil
	}
	return err
}

// attend ends a run's context with the cause that its owner or the process gives.
func attend(process, crawl context.Context, s store.Runs, id string, poll time.Duration, end context.CancelCauseFunc, done <-chan struct{}) {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-process.Done():
			// Its owner may have ended the process, and the run by it.
			ctx, cancel := context.WithTimeout(crawl, lastLook)
			defer cancel()
			end(cmp.Or(asked(ctx, s, id), run.ErrShutdown))
			return
		case <-tick.C:
		}
		if cause := asked(crawl, s, id); cause != nil {
			end(cause)
			return
		}
	}
}

// lastLook bounds the last look at what a run's owner wants: the process is to end.
const lastLook = 2 * time.Second

// asked is the end that a run's owner wants, nil if it wants none. A store that does
// not answer is told of by the lease's renewal.
func asked(ctx context.Context, s store.Runs, id string) error {
	what, err := s.GetRunRequest(ctx, id)
	if err != nil {
		return nil //nolint:nilerr // see above
	}
	switch what {
	case store.RequestStop:
		return run.ErrStop
	case store.RequestSuspend:
		return run.ErrSuspend
	case store.RequestCancel:
		return run.ErrCancel
	default:
		return nil
	}
}
