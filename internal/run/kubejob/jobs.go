package kubejob

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// jobName is a run's n-th Job: one that is tried again, resumed or lost its Job has
// another.
func jobName(runID string, n int) string { return fmt.Sprintf("crawl-%s-%d", runID, n) }

// number is the n of jobName, 0 for none.
func number(j *batchv1.Job) int {
	if j == nil {
		return 0
	}
	n, err := strconv.Atoi(j.Name[strings.LastIndexByte(j.Name, '-')+1:])
	if err != nil {
		return 0
	}
	return n
}

// newestJob is the last Job of a run, nil if there is none. Times of creation have
// whole seconds only, so that the numbers decide.
func newestJob(ctx context.Context, from client.Reader, runID, namespace string) (*batchv1.Job, error) {
	jobs := &batchv1.JobList{}
	if err := from.List(ctx, jobs, client.InNamespace(namespace), client.MatchingLabels{labelRun: runID}); err != nil {
		return nil, fmt.Errorf("list the Jobs of run %s: %w", runID, err)
	}
	var newest *batchv1.Job
	for i := range jobs.Items {
		if newest == nil || number(newest) < number(&jobs.Items[i]) {
			newest = &jobs.Items[i]
		}
	}
	return newest, nil
}

// alive says that a Job has a pod or is to get one.
func alive(j *batchv1.Job) bool {
	return j.DeletionTimestamp == nil && condition(j, batchv1.JobFailed) == nil && condition(j, batchv1.JobComplete) == nil
}

func condition(j *batchv1.Job, kind batchv1.JobConditionType) *batchv1.JobCondition {
	for i := range j.Status.Conditions {
		if c := &j.Status.Conditions[i]; c.Type == kind && c.Status == corev1.ConditionTrue {
			return c
		}
	}
	return nil
}

// served says that a complete Job did its part: its worker took the run up, which was
// queued again since.
func served(j *batchv1.Job, attempts int32) bool {
	before, err := strconv.Atoi(j.Annotations[attemptsAnnotation])
	return err == nil && condition(j, batchv1.JobComplete) != nil && int(attempts) > before
}

func podsOf(ctx context.Context, from client.Reader, which ...client.ListOption) ([]corev1.Pod, error) {
	pods := &corev1.PodList{}
	if err := from.List(ctx, pods, which...); err != nil {
		return nil, fmt.Errorf("list a run's pods: %w", err)
	}
	return pods.Items, nil
}

// lostNode is how long after the end of its grace a pod is believed to be about to
// end; the kubelet of a node that is lost never says so.
const lostNode = time.Minute

// ending says that a pod that is not over, its Job be gone or not, may still have a
// process.
func ending(p *corev1.Pod) bool {
	if p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed {
		return false
	}
	return p.DeletionTimestamp == nil || time.Since(p.DeletionTimestamp.Time) < lostNode
}

// remove deletes a run's Jobs; their pods get a signal and their grace.
func (l *Launcher) remove(ctx context.Context, runID string) error {
	jobs := &batchv1.JobList{}
	// One that the cache does not have yet must not be left.
	if err := l.Live.List(ctx, jobs, client.InNamespace(l.Namespace), client.MatchingLabels{labelRun: runID}); err != nil {
		return fmt.Errorf("list the Jobs of run %s: %w", runID, err)
	}
	for i := range jobs.Items {
		if jobs.Items[i].DeletionTimestamp != nil {
			continue
		}
		err := l.Client.Delete(ctx, &jobs.Items[i], client.PropagationPolicy(metav1.DeletePropagationBackground))
		if client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("delete Job %s: %w", jobs.Items[i].Name, err)
		}
	}
	return nil
}
