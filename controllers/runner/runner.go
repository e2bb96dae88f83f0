// Package runner defines the interface through which the CrawlJob controller starts,
// signals and observes runs.
//
// The controller calls a Runner; internal/run/queue and internal/run/kubejob implement
// one. This package imports nothing of either side, only the API types, so that the
// controllers depend on neither a store nor an implementation.
package runner

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/clausea/crawler/api/v1alpha1"
)

// Runner executes runs. All methods are idempotent.
type Runner interface {
	// Status returns the status of a run. It only reads. The error satisfies
	// IsRunNotFound if the run was never started.
	Status(ctx context.Context, runID string) (RunStatus, error)
	// Ensure makes sure that a run is executed, and returns its status afterwards. It
	// queues a run that is new, Interrupted or Failed, replaces a missing worker, and
	// records the failure of a run whose worker is lost. It leaves any other run
	// unchanged.
	Ensure(ctx context.Context, spec RunSpec) (RunStatus, error)
	// Signal asks the worker of a run to end it, and returns the status of the run
	// afterwards. A run that no worker has claimed changes state at once. The error
	// satisfies IsRunNotFound if the run does not exist.
	Signal(ctx context.Context, runID string, signal Signal) (RunStatus, error)
	// Archive cleans up after a run whose CrawlJob is deleted. It deletes the run's workers,
	// checkpoints and requests, and keeps its record. A run that has not ended is recorded as
	// Failed with ReasonCancelled. The error satisfies IsRunBusy while a live worker holds
	// the run.
	Archive(ctx context.Context, runID string) error
}

// RunSpec describes one run.
type RunSpec struct {
	// RunID identifies the run: two calls of Ensure with one ID start one run.
	RunID string
	// Company is the key of the company in the store.
	Company string
	Target  v1alpha1.Target
	// Limits override the limits of the target.
	Limits *v1alpha1.CrawlLimits
	// Priority orders the queue; a higher priority is claimed first.
	Priority int32
	// MaxAttempts is how many workers may claim the run before it fails as lost.
	MaxAttempts int32
	// NotBefore is the earliest time at which a worker may claim the run; zero is now.
	NotBefore time.Time
	// Deadline is when the controller ends the run; zero is never. A Runner enforces it
	// only as a fallback, in case no controller is running.
	Deadline time.Time
	// Execution selects the kind of worker; empty is the default of the Runner.
	Execution v1alpha1.Execution
	// CrawlJob and CrawlJobUID identify the owner of the objects that a Runner creates in
	// Kubernetes.
	CrawlJob    types.NamespacedName
	CrawlJobUID types.UID
	// Trigger is what created the CrawlJob, and RequestedBy who requested it, if that is
	// known.
	Trigger     v1alpha1.Trigger
	RequestedBy string
	// Traceparent is the trace that the run continues, as in a header traceparent. It may be empty.
	Traceparent string
}

// State is the state of a run.
type State string

// The states of a run. Complete is final; Failed is final unless Ensure retries
// the run. Ensure retries no run that is archived.
const (
	StatePending     State = "Pending"     // waits for a worker
	StateRunning     State = "Running"     // is claimed by a worker
	StateInterrupted State = "Interrupted" // has no worker until Ensure resumes it
	StateComplete    State = "Complete"
	StateFailed      State = "Failed"
)

// WorkerState describes the worker of a run that is Pending or Running.
type WorkerState string

// The worker states.
const (
	// WorkerExpected is the zero value: the run has its worker, or waits for one.
	WorkerExpected WorkerState = ""
	// WorkerMissing: the run needs a worker now and has none, because its worker was
	// deleted or its next attempt is due. Ensure creates one.
	WorkerMissing WorkerState = "Missing"
	// WorkerLost: the worker of the run ended without recording a result. Ensure records
	// the failure.
	WorkerLost WorkerState = "Lost"
)

// ReasonCancelled is the reason of a run that failed because it was cancelled.
const ReasonCancelled = "Cancelled"

// RunStatus is the observed status of a run.
type RunStatus struct {
	ID    string
	State State
	// Worker is WorkerExpected in the final states.
	Worker WorkerState
	// Reason and Message explain the state; Reason is empty before the run ends.
	Reason, Message string
	// Waiting is the reason, of those in v1alpha1, for which a run that has not ended makes
	// no progress; Message then explains it. It is empty if a Pending run waits for a worker
	// slot, and if the worker of a Running run makes progress.
	Waiting string
	// Attempts counts the workers that have claimed the run.
	Attempts int32
	// Takeovers counts the workers that resumed the run after its worker was lost.
	Takeovers int32
	// Dedicated is true if the run has a worker of its own, such as a Kubernetes Job, and
	// false if the workers of a pool execute it.
	Dedicated bool
	// NotBefore is the earliest time at which a worker may claim the run.
	NotBefore time.Time
	// CreatedAt is when the run was first queued.
	CreatedAt time.Time
	// StartedAt is when a worker first claimed the run after it was created or last
	// interrupted; zero before.
	StartedAt time.Time
	// CompletedAt is when the run ended; zero before.
	CompletedAt time.Time
	Progress    Progress
	Documents   v1alpha1.DocumentCounts
}

// Finished reports whether the run is Complete or Failed.
func (s *RunStatus) Finished() bool { return s.State == StateComplete || s.State == StateFailed }

// Progress counts URLs.
type Progress struct {
	Fetched, Queued, Failed int64
	// Skipped counts the skipped URLs by reason.
	Skipped map[string]int64
}

// Signal is a request to the worker of a run.
type Signal string

// The signals.
const (
	// SignalStop completes the run with what it has found.
	SignalStop Signal = "Stop"
	// SignalSuspend interrupts the run; Ensure resumes it.
	SignalSuspend Signal = "Suspend"
	// SignalCancel ends the run as failed.
	SignalCancel Signal = "Cancel"
	// SignalExpire ends the run because its deadline has passed. A run that no worker has
	// claimed fails; otherwise it is like SignalStop.
	SignalExpire Signal = "Expire"
)
