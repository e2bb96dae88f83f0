package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/run/hostlease"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

// execution is one execution of a run by one worker.
type execution struct {
	runner   *Runner
	task     Task
	record   store.Run
	storage  storage
	observer *observer
	// stopReason is the reason that metrics and logs report.
	stopReason crawl.StopReason
}

// newExecution connects the parts of a run. s is nil if nothing is stored.
func newExecution(r *Runner, t Task, rec store.Run, s Store, metrics *telemetry.RunMetrics, progress ProgressFunc) *execution {
	rec.State, rec.Worker, rec.Heartbeat = store.RunRunning, r.WorkerID, time.Now().UTC()
	rec.Limits = storedLimits(t.Plan.Options)
	st := storage{store: s, fence: rec.Fence, company: t.Company, runID: rec.ID, ignore: change.NewIgnoreRules(t.IgnoreText)}
	e := &execution{
		runner: r, task: t, record: rec, storage: st, stopReason: crawl.StopInternal,
		observer: newObserver(st, newPageReader(t.Plan.Seeds, r.PDF, r.extraction()), r.Log, metrics, progress),
	}
	e.observer.bytes.n.Store(rec.Bytes)
	return e
}

// finishTimeout bounds the writes at the end of a run.
const finishTimeout = 20 * time.Second

// run crawls from a checkpoint, empty for a new run, and stores how the run ended.
func (e *execution) run(ctx context.Context, checkpoint [][]byte) (Report, error) {
	plan, err := e.start(ctx, len(checkpoint) > 0)
	if err != nil {
		return Report{}, err
	}
	hosts := e.runner.hostLeases(e.storage.store, e.record)
	stop := e.startHeartbeat(ctx, hosts)
	stopFlushing := e.observer.pages.startFlushing(ctx, e.storage, e.runner.Log)
	stopEvents := e.observer.events.start(ctx)
	deps := crawl.Deps{Observer: e.observer, Resume: checkpoint, TracePage: tracePage}
	if hosts != nil {
		deps.HostLeases = hosts
	}
	if e.storage.enabled() {
		deps.Checkpoints = e.observer.checkpoints
	}
	res, err := e.runner.Engine.Run(ctx, plan, deps)
	stop()
	stopFlushing()
	stopEvents()
	cause := context.Cause(ctx)
	if errors.Is(cause, store.ErrFenced) {
		e.observer.metrics.RecordLost()
		LogChange(e.runner.ChangeLog(), "run lost: another worker has taken it over", e.record)
		return Report{}, cause
	}
	attempt := e.record.Attempts // finish takes it back from a run that did not fail
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
	defer cancel()
	if ferr := e.finish(end, res, err, cause); err == nil {
		err = ferr
	}
	e.observer.events.flush(end)
	e.observer.metrics.RecordSkips(skipCounts(res.Progress.Skipped))
	e.observer.metrics.RecordDelayWait(res.Progress.DelayWait)
	switch {
	case errors.Is(err, context.Canceled):
		e.stopReason = crawl.StopInterrupted
	case err == nil:
		e.stopReason = res.Reason
	}
	rep := Report{Run: e.record, Documents: e.observer.found.sorted(), Result: res}
	ended := e.record
	ended.Attempts = attempt
	LogEnd(e.runner.ChangeLog(), ended)
	return rep, err
}

// knownPageSize is the number of known documents that a run reads at a time, maxKnown
// roughly the number that it reads in all.
const (
	knownPageSize = 500
	maxKnown      = 5000
)

// start stores that the run is Running and returns its plan with the known documents of the
// company as seeds.
func (e *execution) start(ctx context.Context, resumed bool) (crawl.Plan, error) {
	plan := e.task.Plan
	if !e.storage.enabled() {
		return plan, nil
	}
	if err := e.storage.store.PutRun(ctx, e.record); err != nil {
		return plan, fmt.Errorf("start run %s: %w", e.record.ID, err)
	}
	known, err := e.knownDocuments(ctx)
	if err != nil {
		return plan, fmt.Errorf("start run %s: list known documents: %w", e.record.ID, err)
	}
	id := e.observer.identity
	if id.corrections, err = readCorrections(ctx, e.storage.store, e.task.Company); err != nil {
		return plan, fmt.Errorf("start run %s: %w", e.record.ID, err)
	}
	for n := range known {
		known[n] = id.corrections.apply(known[n])
		d := known[n]
		id.add(d)
		if d.RunID == e.record.ID && !d.NotLegal { // found before the run was interrupted
			f := Found{Document: d, Change: earlierChange(d), Reason: crawl.SkipReason(d.StateReason)}
			e.observer.found.add(f)
			e.observer.events.document(f) // a worker that was killed may not have written its event
		}
	}
	seeds, limited := knownSeeds(known, id.corrections, plan)
	plan = plan.WithSeeds(seeds...)
	if limited {
		plan.DiscoveryPages = discoveryPages(plan.MaxPages)
		if plan.Visited, err = e.visitedURLs(ctx); err != nil {
			return plan, fmt.Errorf("start run %s: %w", e.record.ID, err)
		}
	}
	if resumed {
		return plan, e.observer.restore(ctx)
	}
	return plan, nil
}

// knownDocuments returns the known documents of the company by URL.
func (e *execution) knownDocuments(ctx context.Context) ([]store.Document, error) {
	var known []store.Document
	for opts := (store.ListOptions{Limit: knownPageSize}); len(known) < maxKnown; {
		docs, next, err := e.storage.store.ListDocuments(ctx, e.task.Company, opts)
		if err != nil {
			return nil, err
		}
		known = append(known, docs...)
		if next == "" {
			break
		}
		opts.Continue = next
	}
	return known, nil
}

// startHeartbeat stores the progress of the run until stop is called. hosts are its host
// leases, nil if it acquires none.
func (e *execution) startHeartbeat(ctx context.Context, hosts *hostlease.Leases) (stop func()) {
	if !e.storage.enabled() {
		return func() {}
	}
	h := heartbeat{storage: e.storage, record: e.record, progress: e.observer.progress.get, documents: e.observer.found.counts, bytes: e.observer.bytes.total, hosts: hosts}
	return repeat(ctx, heartbeatInterval, func(ctx context.Context) {
		if err := h.beat(ctx); err != nil && ctx.Err() == nil {
			e.runner.Log.Error(err, "failed to save progress", "runID", e.record.ID)
		}
	})
}
