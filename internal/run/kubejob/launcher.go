// Package kubejob has crawls run as Kubernetes Jobs: one pod for a run, which the
// scheduler places on any node. What the run does is in the store, as it is for a
// pool; of the Job only what the store can't know is read, such as a pod that finds
// no node or was killed for its memory.
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
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
)

// +kubebuilder:rbac:groups=batch,resources=jobs,verbs=list;watch;create;delete
// +kubebuilder:rbac:groups="",resources=pods,verbs=list;watch

// Launcher is a runner of CrawlJobs that puts runs into the queue and, for those of
// execution Job, makes a Kubernetes Job that takes up that run alone.
type Launcher struct {
	Queue *queue.Queue
	// Client may read from a cache that holds what has the Labels.
	Client client.Client
	// Live reads from the API server itself: a cache that is behind can't tell that a
	// Job is not there.
	Live client.Reader
	// Namespace is the only one that has runs; empty is all.
	Namespace string
	Pod       Pod
	// Default is the execution of CrawlJobs that name none.
	Default v1alpha1.Execution
}

// labelRun is on a run's Jobs and pods and has its id.
const labelRun = "crawl.clausea.co/run"

// Labels are on every Job and pod that is made here.
func Labels() map[string]string {
	return map[string]string{
		"app.kubernetes.io/name": "clausea", "app.kubernetes.io/component": "worker", "app.kubernetes.io/managed-by": "clausea-operator",
	}
}

// WorkerName is who a run of execution Job is reserved for.
func WorkerName(runID string) string { return "job/" + runID }

// Start implements crawljob.Runner. A run that is to wait before it is tried again
// has no Job meanwhile: Observe says when its time has come.
func (l *Launcher) Start(ctx context.Context, o queue.Order) error {
	if o.Execution == "" {
		o.Execution = l.Default
	}
	if o.Execution != v1alpha1.ExecutionJob {
		return l.Queue.Start(ctx, o)
	}
	o.Reserved = WorkerName(o.RunID)
	if err := l.Queue.Start(ctx, o); err != nil {
		return err
	}
	return l.launch(ctx, o)
}

// launch makes a Job for a run that is due and has none at work.
func (l *Launcher) launch(ctx context.Context, o queue.Order) error {
	rec, err := l.Queue.Observe(ctx, o.RunID)
	if err != nil {
		return fmt.Errorf("launch run %s: %w", o.RunID, err)
	}
	if !unfinished(rec) || rec.NotBefore.After(time.Now()) {
		return nil
	}
	if l.Pod.Image == "" {
		return l.end(ctx, &rec, crawl.StopInvalidSpec,
			"The operator was given no image to run Kubernetes Jobs with: set CLAUSEA_WORKER_IMAGE, or let spec.execution be InProcess.")
	}
	newest, err := newestJob(ctx, l.Live, o.RunID, o.Job.Namespace)
	if err != nil || newest != nil && alive(newest) {
		return err
	}
	job := l.Pod.job(o, jobName(o.RunID, number(newest)+1), rec.Attempts)
	err = l.Client.Create(ctx, job)
	switch {
	case apierrors.IsAlreadyExists(err):
		return nil
	case apierrors.IsForbidden(err), apierrors.IsInvalid(err):
		// A quota, say: it is tried again when the run is next observed.
		rec.Message = fmt.Sprintf("Job %s can't be made: %s", job.Name, err)
		if err := l.Queue.Runs.PutRun(ctx, rec); err != nil && !errors.Is(err, store.ErrFenced) {
			return fmt.Errorf("launch run %s: %w", o.RunID, err)
		}
		return nil
	case err != nil:
		return fmt.Errorf("launch run %s: create Job %s: %w", o.RunID, job.Name, err)
	}
	return nil
}

func unfinished(r store.Run) bool { return r.State == store.RunPending || r.State == store.RunRunning }

// Observe implements crawljob.Runner. Where the record says that the run waits or is
// at work, what became of its Job is looked at too: a run that has none left, because
// somebody deleted it, is given as Stopped, which is to be started again.
func (l *Launcher) Observe(ctx context.Context, runID string) (store.Run, error) {
	rec, err := l.Queue.Observe(ctx, runID)
	if err != nil || rec.AssignedWorker != WorkerName(runID) || !unfinished(rec) || rec.NotBefore.After(time.Now()) {
		return rec, err
	}
	job, err := newestJob(ctx, l.Client, runID, l.Namespace)
	if err != nil {
		return rec, err
	}
	if job != nil && alive(job) {
		rec.Message = l.doing(ctx, job)
		return rec, nil
	}
	if job, err = newestJob(ctx, l.Live, runID, l.Namespace); err != nil {
		return rec, err
	}
	// A worker writes its end before its Job ends, so that it is seen now.
	if rec, err = l.Queue.Observe(ctx, runID); err != nil || !unfinished(rec) {
		return rec, err
	}
	switch {
	case job == nil || job.DeletionTimestamp != nil || served(job, rec.Attempts):
		return l.orphaned(ctx, rec)
	case alive(job):
		return rec, nil
	default:
		return rec, l.lost(ctx, &rec, job)
	}
}

// orphaned is a run without a Job: its last pod may be about to give it back.
func (l *Launcher) orphaned(ctx context.Context, rec store.Run) (store.Run, error) {
	pods, err := podsOf(ctx, l.Live, client.InNamespace(l.Namespace), client.MatchingLabels{labelRun: rec.ID})
	if err != nil {
		return rec, err
	}
	for i := range pods {
		if ending(&pods[i]) {
			return rec, nil
		}
	}
	rec.State = store.RunInterrupted
	return rec, nil
}

// lost records that no pod is left to end the run. A worker that had written its end
// has changed the state, so that this never overwrites one.
func (l *Launcher) lost(ctx context.Context, rec *store.Run, j *batchv1.Job) error {
	reason := crawl.StopWorkerLost
	if failed := condition(j, batchv1.JobFailed); failed != nil && failed.Reason == batchv1.JobReasonDeadlineExceeded {
		reason = crawl.StopDeadlineExceeded
	}
	return l.end(ctx, rec, reason, l.cause(ctx, j))
}

// end makes a run failed, unless its worker was quicker.
func (l *Launcher) end(ctx context.Context, rec *store.Run, reason crawl.StopReason, message string) error {
	rec.State, rec.StopReason, rec.Message, rec.FinishedAt = store.RunFailed, string(reason), message, time.Now().UTC()
	err := l.Queue.Runs.PutRun(ctx, *rec)
	if errors.Is(err, store.ErrFenced) {
		*rec, err = l.Queue.Observe(ctx, rec.ID)
	}
	if err != nil {
		return fmt.Errorf("record that run %s is lost: %w", rec.ID, err)
	}
	return nil
}

// Ask implements crawljob.Runner. A worker that is to end for the time being or for
// good is sent a signal too, by the end of its Job.
func (l *Launcher) Ask(ctx context.Context, runID string, what store.RunRequest) error {
	if err := l.Queue.Ask(ctx, runID, what); err != nil {
		return err
	}
	rec, err := l.Queue.Observe(ctx, runID)
	if errors.Is(err, store.ErrNotFound) || err == nil && rec.AssignedWorker != WorkerName(runID) {
		return nil
	}
	if err != nil {
		return err
	}
	if what == store.RequestStop && rec.State == store.RunRunning {
		return l.complete(ctx, runID)
	}
	return l.remove(ctx, runID)
}

// complete leaves it to a run's worker to read that it is to end with what it has.
// Where no pod is at work, the run ends as it is.
func (l *Launcher) complete(ctx context.Context, runID string) error {
	pods, err := podsOf(ctx, l.Live, client.InNamespace(l.Namespace), client.MatchingLabels{labelRun: runID})
	if err != nil {
		return err
	}
	for i := range pods {
		if pods[i].Status.Phase == corev1.PodRunning && ending(&pods[i]) {
			return nil
		}
	}
	rec, err := l.Queue.Observe(ctx, runID)
	if err != nil || rec.State != store.RunRunning {
		return err // its worker has written its end
	}
	if err := l.remove(ctx, runID); err != nil {
		return err
	}
	rec.State = store.RunInterrupted
	if err := l.Queue.Runs.PutRun(ctx, rec); err != nil {
		if errors.Is(err, store.ErrFenced) {
			return nil // another pod was quicker: it reads the request
		}
		return fmt.Errorf("end run %s: %w", runID, err)
	}
	return l.Queue.Ask(ctx, runID, store.RequestStop)
}

// Forget implements crawljob.Runner.
func (l *Launcher) Forget(ctx context.Context, runID string) error {
	return errors.Join(l.remove(ctx, runID), l.Queue.Forget(ctx, runID))
}
