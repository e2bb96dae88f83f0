// Package kubejob executes runs as Kubernetes Jobs: each run has a pod of its own, which
// the scheduler may place on any node. As with a worker pool, the state of a run is in the
// store. The Job only adds what the store cannot know, such as a pod that fits on no node
// or was killed for its memory use.
package kubejob

import (
	"context"
	"errors"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
)

// +kubebuilder:rbac:groups=batch,resources=jobs,verbs=list;watch;create;delete
// +kubebuilder:rbac:groups="",resources=pods,verbs=list;watch
// +kubebuilder:rbac:groups="",resources=events,verbs=list

// Launcher implements runner.Runner. It queues each run. For the execution Job it also
// creates a Kubernetes Job, whose worker claims only that run.
type Launcher struct {
	Queue *queue.Queue
	// Client may read from a cache, which then holds the objects with the Labels.
	Client client.Client
	// APIReader reads from the API server. It is used where a stale cache could miss a Job
	// or a pod.
	APIReader client.Reader
	// Namespace is the namespace of all runs; empty is any.
	Namespace string
	Pod       Pod
	// RunEnded, unless nil, is called with the record of a run of the execution Job that has
	// ended, possibly several times for each execution. It must not block.
	RunEnded func(store.Run)
	// Default is the execution of runs whose spec has none.
	Default v1alpha1.Execution
}

var _ runner.Runner = (*Launcher)(nil)

// Labels returns the labels of every Job and pod that a Launcher creates.
func Labels() map[string]string {
	return map[string]string{
		"app.kubernetes.io/name": "clausea", "app.kubernetes.io/component": "worker", "app.kubernetes.io/managed-by": "clausea-operator",
	}
}

// WorkerName returns the name of the worker to which a run of the execution Job is assigned.
func WorkerName(runID string) string { return "job/" + runID }

// Ensure implements runner.Runner. A run that waits for its next attempt has no Job: when
// the attempt is due, Status reports its worker as missing, and Ensure creates the Job.
func (l *Launcher) Ensure(ctx context.Context, spec runner.RunSpec) (runner.RunStatus, error) {
	if spec.Execution == "" {
		spec.Execution = l.Default
	}
	if spec.Execution != v1alpha1.ExecutionJob {
		return l.Queue.Ensure(ctx, spec)
	}
	rec, queued, err := l.Queue.Enqueue(ctx, spec, WorkerName(spec.RunID))
	if err != nil {
		return runner.RunStatus{}, err
	}
	if !needsJob(rec) {
		return queue.StatusOf(rec), nil
	}
	if l.Pod.Image == "" {
		return l.fail(ctx, rec, v1alpha1.ReasonInvalidSpec,
			"The operator has no image for Kubernetes Jobs: set CLAUSEA_WORKER_IMAGE, or set spec.execution to InProcess.")
	}
	newest, err := newestJob(ctx, l.APIReader, spec.RunID, spec.CrawlJob.Namespace)
	if err != nil {
		return runner.RunStatus{}, err
	}
	if !queued { // an earlier call has queued the run and may have created a Job
		if rec, err = l.Queue.Record(ctx, spec.RunID); err != nil {
			return runner.RunStatus{}, err
		}
		if !needsJob(rec) { // its worker has recorded the result
			return queue.StatusOf(rec), nil
		}
		worker, err := l.workerState(ctx, rec, newest)
		switch {
		case err != nil:
			return runner.RunStatus{}, err
		case worker == runner.WorkerLost:
			return l.fail(ctx, rec, lostReason(newest), l.lostMessage(ctx, newest))
		case worker == runner.WorkerExpected:
			return queue.StatusOf(rec), nil
		}
	}
	if newest != nil && active(newest) {
		return queue.StatusOf(rec), nil
	}
	return l.createJob(ctx, spec, rec, jobNumber(newest)+1)
}

// createJob creates the n-th Job of a run. It records in the message of the run if the API
// server rejects the Job.
func (l *Launcher) createJob(ctx context.Context, spec runner.RunSpec, rec store.Run, n int) (runner.RunStatus, error) {
	job, err := l.Pod.job(spec, jobName(spec, n), rec.Attempts)
	if err != nil {
		return runner.RunStatus{}, err
	}
	err = l.Client.Create(ctx, job)
	switch {
	case apierrors.IsForbidden(err), apierrors.IsInvalid(err):
		// A quota may be used up. The next reconcile finds no worker and retries.
		rec.Message = fmt.Sprintf("No pod could be created: %s.", rejection(err.Error()))
		if err := l.Queue.Runs.PutRun(ctx, rec); err != nil && !errors.Is(err, store.ErrFenced) {
			return runner.RunStatus{}, fmt.Errorf("record that the Job of run %s was rejected: %w", spec.RunID, err)
		}
	case err != nil && !apierrors.IsAlreadyExists(err):
		return runner.RunStatus{}, fmt.Errorf("create Job %s of run %s: %w", job.Name, spec.RunID, err)
	}
	return queue.StatusOf(rec), nil
}

// needsJob reports whether a run should have a Job now.
func needsJob(rec store.Run) bool { return unfinished(rec) && !rec.NotBefore.After(time.Now()) }

// unfinished reports whether a run has not ended and is not interrupted.
func unfinished(rec store.Run) bool {
	return rec.State == store.RunPending || rec.State == store.RunRunning
}

// Status implements runner.Runner. For an unfinished run it adds the state of the Job to
// the status.
func (l *Launcher) Status(ctx context.Context, runID string) (runner.RunStatus, error) {
	rec, err := l.Queue.Record(ctx, runID)
	if err != nil {
		return runner.RunStatus{}, err
	}
	l.reportEnd(rec)
	if rec.AssignedWorker != WorkerName(runID) || !needsJob(rec) {
		return l.Queue.StatusOf(ctx, rec)
	}
	status := queue.StatusOf(rec)
	job, err := newestJob(ctx, l.Client, runID, l.Namespace)
	if err != nil {
		return runner.RunStatus{}, err
	}
	if job != nil && active(job) {
		status.Waiting, status.Message, err = l.waiting(ctx, rec, job)
		return status, err
	}
	// The cache may be behind.
	if job, err = newestJob(ctx, l.APIReader, runID, l.Namespace); err != nil {
		return runner.RunStatus{}, err
	}
	// The worker may have recorded its result after the record was read. It does so before
	// its Job ends, so that a record that is read after the Job has the result.
	if rec, err = l.Queue.Record(ctx, runID); err != nil {
		return runner.RunStatus{}, err
	}
	status = queue.StatusOf(rec)
	l.reportEnd(rec)
	if unfinished(rec) {
		status.Worker, err = l.workerState(ctx, rec, job)
	}
	return status, err
}

// reportEnd calls RunEnded if a run of the execution Job has ended.
func (l *Launcher) reportEnd(rec store.Run) {
	if l.RunEnded != nil && rec.AssignedWorker == WorkerName(rec.ID) && rec.Ended() {
		l.RunEnded(rec)
	}
}

// workerState returns the state of the worker of an unfinished run. job is the newest Job
// of the run, nil if it has none. Read the Job before the record: otherwise a worker that
// records its result in between is reported as lost.
func (l *Launcher) workerState(ctx context.Context, rec store.Run, job *batchv1.Job) (runner.WorkerState, error) {
	switch {
	case job != nil && active(job):
		return runner.WorkerExpected, nil
	case job != nil && job.DeletionTimestamp == nil && !hasClaimed(job, rec.Attempts):
		return runner.WorkerLost, nil
	}
	// A pod of an earlier Job may be about to release the run.
	if found, err := l.hasPod(ctx, rec.ID, mayRun); found || err != nil {
		return runner.WorkerExpected, err
	}
	return runner.WorkerMissing, nil
}

// lostReason returns the reason of a run whose Job ended first.
func lostReason(j *batchv1.Job) string {
	if failed := condition(j, batchv1.JobFailed); failed != nil && failed.Reason == batchv1.JobReasonDeadlineExceeded {
		return v1alpha1.ReasonDeadlineExceeded
	}
	return v1alpha1.ReasonWorkerLost
}

// fail records that a run has failed. The write has the fence that was read, so that it
// never overwrites the result of a worker that has claimed the run since.
func (l *Launcher) fail(ctx context.Context, rec store.Run, reason, message string) (runner.RunStatus, error) {
	rec.State, rec.StopReason, rec.Message, rec.FinishedAt = store.RunFailed, reason, message, time.Now().UTC()
	err := l.Queue.Runs.PutRun(ctx, rec)
	if errors.Is(err, store.ErrFenced) {
		return l.Queue.Status(ctx, rec.ID)
	}
	if err != nil {
		return runner.RunStatus{}, fmt.Errorf("record that run %s has failed: %w", rec.ID, err)
	}
	run.LogEnd(l.Queue.Log, rec)
	return queue.StatusOf(rec), nil
}

// Signal implements runner.Runner. To suspend or cancel a run, it also deletes the Job, so
// that the worker gets SIGTERM.
func (l *Launcher) Signal(ctx context.Context, runID string, signal runner.Signal) (runner.RunStatus, error) {
	status, err := l.Queue.Signal(ctx, runID, signal)
	if err != nil {
		return status, err
	}
	rec, err := l.Queue.Record(ctx, runID)
	if err != nil || rec.AssignedWorker != WorkerName(runID) {
		return status, runner.IgnoreRunNotFound(err)
	}
	if (signal == runner.SignalStop || signal == runner.SignalExpire) && rec.State == store.RunRunning {
		return l.stop(ctx, rec)
	}
	return queue.StatusOf(rec), l.deleteJobs(ctx, runID)
}

// stop leaves it to a running pod to read the stop request and complete the run. If no pod
// runs, stop completes the run with the stored documents.
func (l *Launcher) stop(ctx context.Context, rec store.Run) (runner.RunStatus, error) {
	running := func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodRunning && mayRun(p) }
	found, err := l.hasPod(ctx, rec.ID, running)
	if err != nil {
		return runner.RunStatus{}, err
	}
	if found {
		return queue.StatusOf(rec), nil
	}
	if rec, err = l.Queue.Record(ctx, rec.ID); err != nil {
		return runner.RunStatus{}, err
	}
	if rec.State != store.RunRunning { // its worker has recorded the result
		return queue.StatusOf(rec), nil
	}
	if err := l.deleteJobs(ctx, rec.ID); err != nil {
		return runner.RunStatus{}, err
	}
	rec.State = store.RunInterrupted
	err = l.Queue.Runs.PutRun(ctx, rec)
	if errors.Is(err, store.ErrFenced) { // another pod has claimed the run and reads the request
		return l.Queue.Status(ctx, rec.ID)
	}
	if err != nil {
		return runner.RunStatus{}, fmt.Errorf("stop run %s: %w", rec.ID, err)
	}
	return l.Queue.Signal(ctx, rec.ID, runner.SignalStop)
}

// Archive implements runner.Runner.
func (l *Launcher) Archive(ctx context.Context, runID string) error {
	return errors.Join(l.deleteJobs(ctx, runID), l.Queue.Archive(ctx, runID))
}
