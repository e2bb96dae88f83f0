// Package run does one crawl run of one company: it joins the crawl engine, the
// reading of documents and the store. A run is owned by a lease, and every write
// of it carries the lease's epoch, so that a worker that was thought dead can't
// write over its successor.
package run

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/run/turns"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

// LeaseTTL is how long a worker is believed after its last sign of life, where
// nothing else is said.
const LeaseTTL = 15 * time.Second

func (r *Runner) lease() time.Duration {
	if r.Lease > 0 {
		return r.Lease
	}
	return LeaseTTL
}

// Runner runs crawls. Store nil means that nothing is kept.
type Runner struct {
	Engine *crawl.Engine
	Store  store.Store
	Log    logr.Logger
	// Metrics, where set, count what crawls do.
	Metrics *telemetry.CrawlMetrics
	// Holder names this process in leases.
	Holder string
	// PDF reads the text of a PDF as Markdown; nil: PDFs are no documents. It must
	// bound itself: what it gets comes from strangers.
	PDF func(ctx context.Context, body []byte) (string, error)
	// Progress, where set, is told of every page; it must not block.
	Progress func(crawl.Progress)
	// Lease is how long this worker is believed after its last sign of life, which it
	// gives three times as often; zero is LeaseTTL.
	Lease time.Duration
	// HostTenure is how long a run has a host for which other crawls over the store
	// wait; zero: hosts are not shared with other crawls, because there are none.
	HostTenure time.Duration
}

// Task is what to crawl: the company's name as the store keys it, and the plan.
type Task struct {
	Company string
	Plan    crawl.Plan
}

// Found is one document that a run found.
type Found struct {
	store.Document
	// Change is New, Changed, Unchanged, Moved, Gone, Broken, Flapping or Unreachable.
	Change string
	// Reason says of a document that is Gone, Broken or Unreachable what its address
	// brought in its place: a reason of a crawl's pages, or empty.
	Reason crawl.SkipReason
}

// What a run did to a document.
const (
	New       = "New"
	Changed   = "Changed"
	Unchanged = "Unchanged"
	Moved     = "Moved" // its text as it was, at another address
	Gone      = "Gone"
	Broken    = "Broken"
	// Unreachable is of a known document that could not be looked at: what is kept of
	// it stays as it is.
	Unreachable = "Unreachable"
	Flapping    = "Flapping" // its text is one that it had before, and not for the first time
)

// Report is what a run has to say.
type Report struct {
	Run       store.Run
	Documents []Found // by URL
	Result    crawl.Result
}

// LeaseName is the lease that a company's one active run holds.
func LeaseName(company string) string { return "run/" + company }

// ErrBusy says that another process crawls the company now.
var ErrBusy = errors.New("the company is being crawled by another process")

// Run crawls one company, or goes on with a run of it that was cut off.
func (r *Runner) Run(ctx context.Context, t Task) (Report, error) {
	if r.Store == nil {
		return r.crawl(ctx, t, store.Run{ID: newID(), Company: t.Company, CreatedAt: time.Now().UTC()}, nil)
	}
	lease, err := r.Store.AcquireLease(ctx, LeaseName(t.Company), r.Holder, r.lease())
	if errors.Is(err, store.ErrConflict) {
		return Report{}, fmt.Errorf("crawl %s: %w (%s, until %s)", t.Company, ErrBusy, lease.Holder, lease.Expires.Format(time.RFC3339))
	}
	if err != nil {
		return Report{}, fmt.Errorf("crawl %s: %w", t.Company, err)
	}
	ctx, stop := r.keep(ctx, lease)
	defer stop()
	rec, resume, err := r.current(ctx, t)
	if err != nil {
		return Report{}, err
	}
	rec.Fence = store.Fence{LeaseName: lease.Name, Epoch: lease.Epoch}
	return r.crawl(ctx, t, rec, resume)
}

// releaseTimeout bounds the giving up of a lease, which runs out by itself else.
const releaseTimeout = 5 * time.Second

// keep renews the lease until stop, and ends the context if it is lost.
func (r *Runner) keep(parent context.Context, l store.Lease) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(r.lease() / 3)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				_, err := r.Store.RenewLease(ctx, l, r.lease())
				if errors.Is(err, store.ErrFenced) {
					cancel(err)
					return
				}
				if err != nil && ctx.Err() == nil {
					r.Log.Error(err, "lease not renewed", "lease", l.Name)
				}
			}
		}
	}()
	return ctx, func() {
		cancel(nil)
		<-done
		ctx, cancel := context.WithTimeout(context.WithoutCancel(parent), releaseTimeout)
		defer cancel()
		if err := r.Store.ReleaseLease(ctx, l); err != nil {
			r.Log.Error(err, "lease not released", "lease", l.Name)
		}
	}
}

// current returns the run to resume and its checkpoint entries, or a new run.
func (r *Runner) current(ctx context.Context, t Task) (store.Run, [][]byte, error) {
	last, _, err := r.Store.ListRuns(ctx, t.Company, store.ListOptions{Limit: 1})
	if err != nil {
		return store.Run{}, nil, fmt.Errorf("crawl %s: look for a run to go on with: %w", t.Company, err)
	}
	if len(last) == 1 && goesOn(last[0]) {
		entries, err := readJournal(ctx, r.Store, last[0].ID)
		if err != nil {
			return store.Run{}, nil, err
		}
		return last[0], entries, nil
	}
	return store.Run{ID: newID(), Company: t.Company, CreatedAt: time.Now().UTC()}, nil, nil
}

// resumeWithin is how old a run may be that is gone on with; the frontier of an
// older one says little about the site of today.
const resumeWithin = 24 * time.Hour

func goesOn(r store.Run) bool {
	return (r.State == store.RunRunning || r.State == store.RunInterrupted) && time.Since(r.CreatedAt) < resumeWithin
}

// crawl runs the engine and records how it ended. resume are the checkpoint entries of
// a run that is resumed.
func (r *Runner) crawl(ctx context.Context, t Task, rec store.Run, resume [][]byte) (Report, error) {
	rec.State, rec.Worker, rec.Heartbeat = store.RunRunning, r.Holder, time.Now().UTC()
	k := newKeeper(r, t, rec)
	deps := crawl.Deps{Observer: k, Resume: resume}
	if r.Store != nil && r.HostTenure > 0 {
		holder := fmt.Sprintf("%s/%s/%d", r.Holder, rec.ID, rec.Fence.Epoch)
		deps.HostLeases = &turns.Hosts{Leases: r.Store, Holder: holder, Lease: r.lease(), Tenure: r.HostTenure, Log: r.Log}
	}
	k.metrics = r.Metrics.StartRun(len(resume) > 0)
	reason := crawl.StopInternal
	defer func() { k.metrics.Finish(string(reason)) }()
	known, err := k.begin(ctx, len(resume) > 0)
	if err != nil {
		return Report{}, err
	}
	stop := k.beat(ctx)
	res, err := r.Engine.Run(ctx, t.Plan.WithSeeds(known...), deps)
	stop()
	cause := context.Cause(ctx)
	if errors.Is(cause, store.ErrFenced) {
		return Report{}, fmt.Errorf("crawl %s: %w", t.Company, cause)
	}
	k.cause = cause
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if ferr := k.finish(end, res, err); err == nil {
		err = ferr
	}
	rep := Report{Run: k.run, Documents: k.documents(), Result: res}
	for _, f := range rep.Documents {
		k.metrics.RecordDocument(f.Type, f.Change)
	}
	k.metrics.RecordSkips(countsOf(res.Progress.Skipped))
	switch {
	case errors.Is(err, context.Canceled):
		reason = crawl.StopInterrupted
	case err == nil:
		reason = res.Reason
	}
	r.Log.V(1).Info("run ended", "company", t.Company, "run", k.run.ID, "reason", reason, "fetched", res.Progress.Fetched, "failed", res.Progress.Failed, "documents", len(rep.Documents))
	if err != nil {
		return rep, fmt.Errorf("crawl %s: %w", t.Company, err)
	}
	return rep, nil
}

// newID is a sortable id: the time in milliseconds, then 64 random bits.
func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	return fmt.Sprintf("%012x%s", time.Now().UnixMilli(), hex.EncodeToString(b[:]))
}
