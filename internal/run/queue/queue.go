// Package queue distributes runs to workers through the store. The controllers use a
// Queue, which enqueues runs, signals them and reads their status. The workers use a Pool,
// which claims runs and executes them. Any process that shares the store may have a Pool.
package queue

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
	"github.com/clausea/crawler/internal/tracing"
)

// Store holds the runs of a Queue or a Pool, and the leases and summaries of their companies.
type Store interface {
	store.Runs
	store.RunEvents
	store.Leases
	// PutCrawl is that of store.Companies.
	PutCrawl(ctx context.Context, f store.Fence, company string, c store.CrawlSummary) error
}

// Queue implements runner.Runner for runs that the workers of a pool execute.
type Queue struct {
	Runs Store
	// Log receives the changes of the state of runs that the queue makes. The zero Logger
	// logs nothing.
	Log logr.Logger
	// Metrics counts the retries of runs; it may be nil.
	Metrics *telemetry.CrawlMetrics
}

var _ runner.Runner = (*Queue)(nil)

// task is the part of a run's spec that its worker reads.
type task struct {
	Target v1alpha1.Target       `json:"target"`
	Limits *v1alpha1.CrawlLimits `json:"limits,omitempty"`
	// Traceparent is the span that queued the run, as in a header traceparent.
	Traceparent string `json:"traceparent,omitempty"`
}

// Status implements runner.Runner.
func (q *Queue) Status(ctx context.Context, runID string) (runner.RunStatus, error) {
	rec, err := q.Record(ctx, runID)
	if err != nil {
		return runner.RunStatus{}, err
	}
	return q.StatusOf(ctx, rec)
}

// Record returns the stored record of a run, for runners that build on a Queue. The error
// satisfies runner.IsRunNotFound if the run does not exist.
func (q *Queue) Record(ctx context.Context, runID string) (store.Run, error) {
	rec, err := q.Runs.GetRun(ctx, runID)
	if errors.Is(err, store.ErrNotFound) {
		return store.Run{}, fmt.Errorf("get run %s: %w", runID, runner.ErrRunNotFound)
	}
	if err != nil {
		return store.Run{}, fmt.Errorf("get run %s: %w", runID, err)
	}
	return rec, nil
}

// Ensure implements runner.Runner.
func (q *Queue) Ensure(ctx context.Context, spec runner.RunSpec) (runner.RunStatus, error) {
	rec, _, err := q.Enqueue(ctx, spec, "")
	if err != nil {
		return runner.RunStatus{}, err
	}
	return StatusOf(rec), nil
}

// Enqueue queues a run that is new, Interrupted or Failed, and reports whether it has done
// so. It leaves any other run and an archived run unchanged. A run that is queued again resumes from its last
// checkpoint. assignedWorker is the only worker that may claim the run; if it is empty, any
// pool may.
func (q *Queue) Enqueue(ctx context.Context, spec runner.RunSpec, assignedWorker string) (rec store.Run, queued bool, err error) {
	rec, err = q.Record(ctx, spec.RunID)
	switch {
	case runner.IsRunNotFound(err):
	case err != nil:
		return rec, false, err
	case rec.State == store.RunPending || rec.State == store.RunRunning || rec.State == store.RunComplete || !rec.ArchivedAt.IsZero():
		return rec, false, nil
	}
	payload, err := json.Marshal(task{spec.Target, spec.Limits, cmp.Or(tracing.Traceparent(ctx), spec.Traceparent)})
	if err != nil {
		return rec, false, fmt.Errorf("queue run %s of %s: %w", spec.RunID, spec.Company, err)
	}
	if rec.State == store.RunInterrupted {
		rec.StartedAt = time.Time{} // a resumed run gets a new deadline
	}
	previous := rec
	rec.ID, rec.Company, rec.State, rec.Task = spec.RunID, spec.Company, store.RunPending, payload
	rec.CrawlJob = store.CrawlJobReference{Namespace: spec.CrawlJob.Namespace, Name: spec.CrawlJob.Name, UID: string(spec.CrawlJobUID)}
	rec.Priority, rec.MaxAttempts, rec.NotBefore, rec.AssignedWorker = spec.Priority, spec.MaxAttempts, spec.NotBefore, assignedWorker
	rec.Trigger, rec.RequestedBy = store.RunTrigger(spec.Trigger), spec.RequestedBy
	rec.StopReason, rec.Message, rec.Worker, rec.FinishedAt = "", "", "", time.Time{}
	if rec.CreatedAt.IsZero() {
		rec.CreatedAt = time.Now().UTC()
	}
	if err := q.Runs.PutRunRequest(ctx, spec.RunID, ""); err != nil {
		return rec, false, fmt.Errorf("queue run %s of %s: %w", spec.RunID, spec.Company, err)
	}
	// No worker holds the run: its fence is that of an earlier worker.
	rec.Fence = store.Fence{}
	if err := q.Runs.PutRun(ctx, rec); err != nil {
		return rec, false, fmt.Errorf("queue run %s of %s: %w", spec.RunID, spec.Company, err)
	}
	q.recordState(ctx, rec)
	if previous.State == store.RunFailed {
		q.Metrics.CountRetry(previous.StopReason)
		run.LogChange(q.Log, "run retrying", rec, "cause", strings.TrimPrefix(previous.StopReason+": "+previous.Message, ": "), "at", rec.NotBefore)
	} else {
		run.LogChange(q.Log, "run queued", rec, "priority", rec.Priority)
	}
	return rec, true, nil
}

// recordState appends the event that a run is in its state. If it has ended, that is also recorded
// as the last crawl of its company. The context of a reconcile has the logger.
func (q *Queue) recordState(ctx context.Context, rec store.Run) {
	recordState(ctx, q.Runs, logr.FromContextOrDiscard(ctx), rec)
}

// recordState does the work of Queue.recordState, also for a Pool. It logs errors, because the
// record of the run is stored already.
func recordState(ctx context.Context, s Store, log logr.Logger, rec store.Run) {
	run.RecordState(ctx, s, log, rec, "")
	if !rec.Ended() {
		return
	}
	if err := s.PutCrawl(ctx, rec.Fence, rec.Company, store.NewCrawlSummary(rec)); err != nil {
		log.Error(err, "failed to record the last crawl", "runID", rec.ID, "company", rec.Company)
	}
}

// requests maps each signal to the request that the store holds for the worker.
var requests = map[runner.Signal]store.RunRequest{
	runner.SignalStop:    store.RequestStop,
	runner.SignalSuspend: store.RequestSuspend,
	runner.SignalCancel:  store.RequestCancel,
	runner.SignalExpire:  store.RequestStop,
}

// Signal implements runner.Runner.
func (q *Queue) Signal(ctx context.Context, runID string, signal runner.Signal) (runner.RunStatus, error) {
	if err := q.Runs.PutRunRequest(ctx, runID, requests[signal]); err != nil {
		return runner.RunStatus{}, fmt.Errorf("signal %s to run %s: %w", signal, runID, err)
	}
	rec, err := q.Record(ctx, runID)
	if err != nil {
		return runner.RunStatus{}, fmt.Errorf("signal %s: %w", signal, err)
	}
	if rec.State != store.RunPending && rec.State != store.RunInterrupted {
		return StatusOf(rec), nil // the worker reads the request
	}
	from := rec.State
	switch signal {
	case runner.SignalSuspend:
		rec.State = store.RunInterrupted
	case runner.SignalStop:
		rec.State, rec.StopReason, rec.Message = store.RunComplete, v1alpha1.ReasonStopped, "The crawl was stopped; the documents found so far are stored."
	case runner.SignalCancel:
		rec.State, rec.StopReason, rec.Message = store.RunFailed, runner.ReasonCancelled, "The crawl was cancelled before it finished."
	case runner.SignalExpire:
		rec.State, rec.StopReason, rec.Message = store.RunFailed, v1alpha1.ReasonDeadlineExceeded, expiredMessage(rec)
	}
	if rec.State != store.RunInterrupted {
		rec.FinishedAt = time.Now().UTC()
	}
	// No worker holds the run: its fence is that of an earlier worker, and outdated if
	// another run of the company has had the lease since.
	rec.Fence = store.Fence{}
	err = q.Runs.CompareAndSwapRun(ctx, rec, from)
	if errors.Is(err, store.ErrConflict) { // claimed meanwhile: the worker reads the request
		return q.Status(ctx, runID)
	}
	if err != nil {
		return runner.RunStatus{}, fmt.Errorf("signal %s to run %s: %w", signal, runID, err)
	}
	q.recordState(ctx, rec)
	run.LogEnd(q.Log, rec)
	return StatusOf(rec), nil
}

// expiredMessage returns the message of a run that has no worker at its deadline. A run that no
// worker has claimed may have a message that explains why.
func expiredMessage(rec store.Run) string {
	if !rec.StartedAt.IsZero() {
		return "The crawl did not finish before its deadline; the documents found so far are stored."
	}
	return strings.TrimSpace("The crawl did not start before its deadline. " + rec.Message)
}
