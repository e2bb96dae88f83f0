// Package runner defines the port through which the CrawlJob controller has runs
// executed: the Runner interface, its types and its errors.
//
// The types live in a package of their own, which imports nothing but the API types, so
// that both sides can import it without a cycle: the controller calls a Runner, and
// internal/run/queue and internal/run/kubejob implement one. The controllers therefore
// depend on neither a store nor an implementation.
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
	// Ensure makes sure that a run is executed, and returns its status afterwards: it
	// queues a run that is new, Interrupted or Failed, replaces a missing worker, and
	// records the failure of a run whose worker is lost. It does not change a run that
	// is Complete, or that waits or runs and has its worker.
	Ensure(ctx context.Context, spec RunSpec) (RunStatus, error)
	// Signal asks the worker of a run to end it, and returns the status of the run
	// afterwards. A run that no worker has claimed changes state at once. The error
	// satisfies IsRunNotFound if there is no such run.
	Signal(ctx context.Context, runID string, signal Signal) (RunStatus, error)
	// Delete removes the record and the checkpoints of a run; its documents stay.
	// The error satisfies IsRunBusy while a live worker holds the run.
	Delete(ctx context.Context, runID string) error
}

// RunSpec describes one run.
type RunSpec struct {
	// RunID identifies the run: ensuring the same ID twice starts one run.
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
	// NotBefore is the earliest time of the first claim; zero is now.
	NotBefore time.Time
	// Deadline is when the controller ends the run; zero is never. A Runner uses it only
	// to clean up if the controller does not.
	Deadline time.Time
	// Execution selects the kind of worker; empty is the default of the Runner.
	Execution v1alpha1.Execution
	// Job and JobUID identify the CrawlJob, which owns what a Runner creates in Kubernetes.
	Job    types.NamespacedName
	JobUID types.UID
}

// State is the state of a run.
type State string

// The states of a run. Complete and Failed are final, unless Ensure retries a failed run.
const (
	StatePending     State = "Pending"     // waits for a worker
	StateRunning     State = "Running"     // a worker has claimed it
	StateInterrupted State = "Interrupted" // has no worker; Ensure resumes it
	StateComplete    State = "Complete"
	StateFailed      State = "Failed"
)

// WorkerState describes the worker of a run that is Pending or Running.
type WorkerState string

// The worker states.
const (
	// WorkerExpected is the zero value: the run has its worker, or waits for one.
	WorkerExpected WorkerState = ""
	// WorkerMissing: the worker that was created for the run is gone, or its time to be
	// created has come. Ensure creates one.
	WorkerMissing WorkerState = "Missing"
	// WorkerLost: the worker that was created for the run ended without recording a
	// result. Ensure records the failure.
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
	// Attempts counts the workers that have claimed the run.
	Attempts int32
	// Dedicated is set if a worker is created for this run alone, as a Kubernetes Job
	// is. Otherwise the run waits for a worker of a pool.
	Dedicated bool
	// NotBefore is the earliest time of the next claim.
	NotBefore time.Time
	// CreatedAt is when the run was queued first.
	CreatedAt time.Time
	// StartedAt is when a worker first claimed the run since it was created or last
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
)
