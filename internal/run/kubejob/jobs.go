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

// jobName returns the name of the n-th Job of a run. A run gets another Job when it is
// retried or resumed, or when its Job was deleted.
func jobName(runID string, n int) string { return fmt.Sprintf("crawl-%s-%d", runID, n) }

// jobNumber returns the n of jobName, 0 for nil.
func jobNumber(j *batchv1.Job) int {
	if j == nil {
		return 0
	}
	n, err := strconv.Atoi(j.Name[strings.LastIndexByte(j.Name, '-')+1:])
	if err != nil {
		return 0
	}
	return n
}

// newestJob returns the last Job of a run, nil if there is none. It compares the numbers,
// because creation times have whole seconds only.
func newestJob(ctx context.Context, from client.Reader, runID, namespace string) (*batchv1.Job, error) {
	jobs := &batchv1.JobList{}
	if err := from.List(ctx, jobs, client.InNamespace(namespace), client.MatchingLabels{labelRun: runID}); err != nil {
		return nil, fmt.Errorf("list the Jobs of run %s: %w", runID, err)
	}
	var newest *batchv1.Job
	for i := range jobs.Items {
		if newest == nil || jobNumber(newest) < jobNumber(&jobs.Items[i]) {
			newest = &jobs.Items[i]
		}
	}
	return newest, nil
}

// active reports whether a Job has a pod or will create one.
func active(j *batchv1.Job) bool {
	return j.DeletionTimestamp == nil && condition(j, batchv1.JobFailed) == nil && condition(j, batchv1.JobComplete) == nil
}

// condition returns a condition of a Job that is true, nil if it is not.
func condition(j *batchv1.Job, conditionType batchv1.JobConditionType) *batchv1.JobCondition {
	for i := range j.Status.Conditions {
		if c := &j.Status.Conditions[i]; c.Type == conditionType && c.Status == corev1.ConditionTrue {
			return c
		}
	}
	return nil
}

// hasClaimed reports whether the worker of a complete Job claimed the run, which was queued
// again since; attempts is the run's count now.
func hasClaimed(j *batchv1.Job, attempts int32) bool {
	before, err := strconv.Atoi(j.Annotations[attemptsAnnotation])
	return err == nil && condition(j, batchv1.JobComplete) != nil && int(attempts) > before
}

func podsOf(ctx context.Context, from client.Reader, options ...client.ListOption) ([]corev1.Pod, error) {
	pods := &corev1.PodList{}
	if err := from.List(ctx, pods, options...); err != nil {
		return nil, fmt.Errorf("list the pods of a run: %w", err)
	}
	return pods.Items, nil
}

// lostNodeTimeout is how long after its deletion deadline a pod may still have a process.
// The kubelet of a lost node never reports the end of the pod.
const lostNodeTimeout = time.Minute

// mayRun reports whether a pod may still have a process, whether or not its Job exists.
func mayRun(p *corev1.Pod) bool {
	if p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed {
		return false
	}
	return p.DeletionTimestamp == nil || time.Since(p.DeletionTimestamp.Time) < lostNodeTimeout
}

// deleteJobs deletes the Jobs of a run; their pods get SIGTERM and their grace period.
func (l *Launcher) deleteJobs(ctx context.Context, runID string) error {
	jobs := &batchv1.JobList{}
	// A Job that has not reached the cache yet must be deleted too.
	if err := l.APIReader.List(ctx, jobs, client.InNamespace(l.Namespace), client.MatchingLabels{labelRun: runID}); err != nil {
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
