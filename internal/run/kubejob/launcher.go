// Package kubejob executes runs as Kubernetes Jobs: one pod for each run, which the
// scheduler places on any node. As with a pool, the state of a run is in the store. Of
// the Job only that is read which the store cannot know, such as a pod that fits on no
// node or was killed for its memory.
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
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
)

// +kubebuilder:rbac:groups=batch,resources=jobs,verbs=list;watch;create;delete
// +kubebuilder:rbac:groups="",resources=pods,verbs=list;watch

// Launcher implements runner.Runner. It queues each run and, for the execution Job,
// creates a Kubernetes Job whose worker claims that run alone.
type Launcher struct {
	Queue *queue.Queue
	// Client may read from a cache of the objects that have the Labels.
	Client client.Client
	// APIReader reads from the API server: a cache that is behind cannot prove that a Job
	// does not exist.
	APIReader client.Reader
	// Namespace is the only namespace with runs; empty is all.
	Namespace string
	Pod       Pod
	// Default is the execution of CrawlJobs that name none.
	Default v1alpha1.Execution
}

var _ runner.Runner = (*Launcher)(nil)

// labelRun is on the Jobs and pods of a run; its value is the run's ID.
const labelRun = "crawl.clausea.co/run"

// Labels returns the labels of every Job and pod that a Launcher creates.
func Labels() map[string]string {
	return map[string]string{
		"app.kubernetes.io/name": "clausea", "app.kubernetes.io/component": "worker", "app.kubernetes.io/managed-by": "clausea-operator",
	}
}

// WorkerName returns the name of the worker that a run of the execution Job is assigned to.
func WorkerName(runID string) string { return "job/" + runID }

// Ensure implements runner.Runner. A run that waits for its next attempt has no Job
// meanwhile: Status reports its worker as missing when the time has come.
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
	if !queued { // it was queued before, and may have had a Job
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

// createJob creates the n-th Job of a run.
func (l *Launcher) createJob(ctx context.Context, spec runner.RunSpec, rec store.Run, n int) (runner.RunStatus, error) {
	job := l.Pod.job(spec, jobName(spec.RunID, n), rec.Attempts)
	err := l.Client.Create(ctx, job)
	switch {
	case apierrors.IsForbidden(err), apierrors.IsInvalid(err):
		// A quota may be used up. The next reconcile finds no worker and tries again.
		rec.Message = fmt.Sprintf("Job %s cannot be created: %s", job.Name, err)
		if err := l.Queue.Runs.PutRun(ctx, rec); err != nil && !errors.Is(err, store.ErrFenced) {
			return runner.RunStatus{}, fmt.Errorf("record that run %s has no Job: %w", spec.RunID, err)
		}
	case err != nil && !apierrors.IsAlreadyExists(err):
		return runner.RunStatus{}, fmt.Errorf("create Job %s of run %s: %w", job.Name, spec.RunID, err)
	}
	return queue.StatusOf(rec), nil
}

// needsJob reports whether a run should have a Job now.
func needsJob(rec store.Run) bool { return unfinished(rec) && !rec.NotBefore.After(time.Now()) }

func unfinished(rec store.Run) bool {
	return rec.State == store.RunPending || rec.State == store.RunRunning
}

// Status implements runner.Runner. While the record says that the run waits or runs, the
// status includes what is known of its Job.
func (l *Launcher) Status(ctx context.Context, runID string) (runner.RunStatus, error) {
	rec, err := l.Queue.Record(ctx, runID)
	if err != nil {
		return runner.RunStatus{}, err
	}
	status := queue.StatusOf(rec)
	if rec.AssignedWorker != WorkerName(runID) || !needsJob(rec) {
		return status, nil
	}
	job, err := newestJob(ctx, l.Client, runID, l.Namespace)
	if err != nil {
		return runner.RunStatus{}, err
	}
	if job != nil && active(job) {
		status.Message = l.progressMessage(ctx, job)
		return status, nil
	}
	// The cache may be behind.
	if job, err = newestJob(ctx, l.APIReader, runID, l.Namespace); err != nil {
		return runner.RunStatus{}, err
	}
	// A worker records its result before its Job ends: after the Job, read the record again.
	if rec, err = l.Queue.Record(ctx, runID); err != nil {
		return runner.RunStatus{}, err
	}
	status = queue.StatusOf(rec)
	if unfinished(rec) {
		status.Worker, err = l.workerState(ctx, rec, job)
	}
	return status, err
}

// workerState returns the state of the worker of an unfinished run, whose newest Job is
// job, nil if it has none. The record must have been read after the Job.
func (l *Launcher) workerState(ctx context.Context, rec store.Run, job *batchv1.Job) (runner.WorkerState, error) {
	switch {
	case job != nil && active(job):
		return runner.WorkerExpected, nil
	case job != nil && job.DeletionTimestamp == nil && !hasClaimed(job, rec.Attempts):
		return runner.WorkerLost, nil
	}
	// The last pod may be about to release the run.
	pods, err := podsOf(ctx, l.APIReader, client.InNamespace(l.Namespace), client.MatchingLabels{labelRun: rec.ID})
	if err != nil {
		return "", err
	}
	for i := range pods {
		if mayRun(&pods[i]) {
			return runner.WorkerExpected, nil
		}
	}
	return runner.WorkerMissing, nil
}

// lostReason returns why a Job ended before its run.
func lostReason(j *batchv1.Job) string {
	if failed := condition(j, batchv1.JobFailed); failed != nil && failed.Reason == batchv1.JobReasonDeadlineExceeded {
		return v1alpha1.ReasonDeadlineExceeded
	}
	return v1alpha1.ReasonWorkerLost
}

// fail records that a run has failed. The record carries the fence and the state that
// were read, so that it never overwrites the result of a worker that was faster.
func (l *Launcher) fail(ctx context.Context, rec store.Run, reason, message string) (runner.RunStatus, error) {
	rec.State, rec.StopReason, rec.Message, rec.FinishedAt = store.RunFailed, reason, message, time.Now().UTC()
	err := l.Queue.Runs.PutRun(ctx, rec)
	if errors.Is(err, store.ErrFenced) {
		return l.Queue.Status(ctx, rec.ID)
	}
	if err != nil {
		return runner.RunStatus{}, fmt.Errorf("record that run %s has failed: %w", rec.ID, err)
	}
	return queue.StatusOf(rec), nil
}

// Signal implements runner.Runner. A worker that is suspended or cancelled gets SIGTERM
// too, because its Job is deleted.
func (l *Launcher) Signal(ctx context.Context, runID string, signal runner.Signal) (runner.RunStatus, error) {
	status, err := l.Queue.Signal(ctx, runID, signal)
	if err != nil {
		return status, err
	}
	rec, err := l.Queue.Record(ctx, runID)
	if err != nil || rec.AssignedWorker != WorkerName(runID) {
		return status, runner.IgnoreRunNotFound(err)
	}
	if signal == runner.SignalStop && rec.State == store.RunRunning {
		return l.stop(ctx, rec)
	}
	return queue.StatusOf(rec), l.deleteJobs(ctx, runID)
}

// stop lets a worker read the request to stop and complete its run. If no pod runs, it
// completes the run with what is stored.
func (l *Launcher) stop(ctx context.Context, rec store.Run) (runner.RunStatus, error) {
	pods, err := podsOf(ctx, l.APIReader, client.InNamespace(l.Namespace), client.MatchingLabels{labelRun: rec.ID})
	if err != nil {
		return runner.RunStatus{}, err
	}
	for i := range pods {
		if pods[i].Status.Phase == corev1.PodRunning && mayRun(&pods[i]) {
			return queue.StatusOf(rec), nil
		}
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
	if errors.Is(err, store.ErrFenced) { // another pod has claimed the run: it reads the request
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
