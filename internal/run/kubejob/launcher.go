// Package kubejob has crawls run as Kubernetes Jobs: one pod for a run, which the
// scheduler places on any node. What the run does is in the store, as it is for a
// pool; of the Job only what the store can't know is read, such as a pod that finds
// no node or was killed for its memory.
package kubejob

import (
	"context"
	"errors"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
)

// +kubebuilder:rbac:groups=batch,resources=jobs,verbs=get;list;watch;create;delete
// +kubebuilder:rbac:groups="",resources=pods,verbs=get;list;watch

// Launcher is a runner of CrawlJobs that puts runs into the queue and, for those of
// execution Job, makes a Kubernetes Job that takes up that run alone.
type Launcher struct {
	Queue  *queue.Queue
	Client client.Client
	Pod    Pod
	// Default is the execution of CrawlJobs that name none.
	Default v1alpha1.Execution
}

// Labels of the Jobs and pods that are made here.
const (
	labelRun  = "crawl.clausea.co/run"
	labelPart = "app.kubernetes.io/component"
)

// WorkerName is who a run of execution Job is reserved for.
func WorkerName(runID string) string { return "job/" + runID }

// Start implements crawljob.Runner.
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

// launch makes the Job of a run's next attempt, once.
func (l *Launcher) launch(ctx context.Context, o queue.Order) error {
	rec, err := l.Queue.Observe(ctx, o.RunID)
	if err != nil {
		return fmt.Errorf("launch run %s: %w", o.RunID, err)
	}
	job := l.Pod.job(o, jobName(rec))
	if err := l.Client.Create(ctx, job); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("launch run %s: create Job %s: %w", o.RunID, job.Name, err)
	}
	return nil
}

// jobName is the Job of a run's next attempt: a run that is tried again is another Job.
func jobName(rec store.Run) string { return fmt.Sprintf("crawl-%s-%d", rec.ID, rec.Attempts) }

// Observe implements crawljob.Runner. Where the record says that the run waits or is
// at work, what became of its pod is looked at too.
func (l *Launcher) Observe(ctx context.Context, runID string) (store.Run, error) {
	rec, err := l.Queue.Observe(ctx, runID)
	if err != nil || rec.Reserved != WorkerName(runID) || rec.State != store.RunPending && rec.State != store.RunRunning {
		return rec, err
	}
	jobs := &batchv1.JobList{}
	if err := l.Client.List(ctx, jobs, client.MatchingLabels{labelRun: runID}); err != nil {
		return rec, fmt.Errorf("observe run %s: list its Jobs: %w", runID, err)
	}
	newest := newestOf(jobs.Items)
	if newest == nil {
		return rec, nil
	}
	if failed := condition(newest, batchv1.JobFailed); failed != nil {
		return l.lost(ctx, rec, newest, failed)
	}
	if rec.State == store.RunPending {
		rec.Message = l.waiting(ctx, newest)
	}
	return rec, nil
}

func newestOf(jobs []batchv1.Job) *batchv1.Job {
	var newest *batchv1.Job
	for i := range jobs {
		if newest == nil || newest.CreationTimestamp.Before(&jobs[i].CreationTimestamp) {
			newest = &jobs[i]
		}
	}
	return newest
}

func condition(j *batchv1.Job, kind batchv1.JobConditionType) *batchv1.JobCondition {
	for i := range j.Status.Conditions {
		if c := &j.Status.Conditions[i]; c.Type == kind && c.Status == corev1.ConditionTrue {
			return c
		}
	}
	return nil
}

// lost records that no pod is left to end the run. A worker that had written its end
// has changed the state, so that this never overwrites one.
func (l *Launcher) lost(ctx context.Context, rec store.Run, j *batchv1.Job, failed *batchv1.JobCondition) (store.Run, error) {
	rec.State, rec.StopReason, rec.Completed = store.RunFailed, v1alpha1.ReasonWorkerLost, failed.LastTransitionTime.UTC()
	rec.Message = l.cause(ctx, j, failed)
	if err := l.Queue.Runs.PutRun(ctx, rec); errors.Is(err, store.ErrFenced) {
		return l.Queue.Observe(ctx, rec.ID)
	} else if err != nil {
		return rec, fmt.Errorf("record that run %s is lost: %w", rec.ID, err)
	}
	return rec, nil
}

// Ask implements crawljob.Runner. The worker reads the request; a Job whose pod never
// began has nobody to read it, and is deleted with its run.
func (l *Launcher) Ask(ctx context.Context, runID string, what store.Request) error {
	if err := l.Queue.Ask(ctx, runID, what); err != nil {
		return err
	}
	rec, err := l.Queue.Observe(ctx, runID)
	if errors.Is(err, store.ErrNotFound) || err == nil && rec.State == store.RunRunning {
		return nil
	}
	if err != nil {
		return err
	}
	return l.remove(ctx, runID)
}

// Forget implements crawljob.Runner.
func (l *Launcher) Forget(ctx context.Context, runID string) error {
	return errors.Join(l.remove(ctx, runID), l.Queue.Forget(ctx, runID))
}

func (l *Launcher) remove(ctx context.Context, runID string) error {
	jobs := &batchv1.JobList{}
	if err := l.Client.List(ctx, jobs, client.MatchingLabels{labelRun: runID}); err != nil {
		return fmt.Errorf("list the Jobs of run %s: %w", runID, err)
	}
	for i := range jobs.Items {
		err := l.Client.Delete(ctx, &jobs.Items[i], client.PropagationPolicy(metav1.DeletePropagationBackground))
		if client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("delete Job %s: %w", jobs.Items[i].Name, err)
		}
	}
	return nil
}

func ownerOf(o queue.Order) []metav1.OwnerReference {
	if o.JobUID == types.UID("") {
		return nil
	}
	yes := true
	return []metav1.OwnerReference{{
		APIVersion: v1alpha1.GroupVersion.String(), Kind: "CrawlJob", Name: o.Job.Name, UID: o.JobUID, Controller: &yes, BlockOwnerDeletion: &yes,
	}}
}
