package kubejob

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// cause says in one sentence why a Job's pods are gone, and what to do.
func (l *Launcher) cause(ctx context.Context, j *batchv1.Job, failed *batchv1.JobCondition) string {
	pod := l.newestPod(ctx, j)
	if pod == nil {
		return fmt.Sprintf("The worker was lost: Job %s: %s", j.Name, failed.Message)
	}
	for i := range pod.Status.ContainerStatuses {
		t := pod.Status.ContainerStatuses[i].State.Terminated
		switch {
		case t == nil:
		case t.Reason == "OOMKilled":
			limit := ""
			if m := l.Pod.Resources.Limits.Memory(); m != nil && !m.IsZero() {
				limit = " (" + m.String() + ")"
			}
			return fmt.Sprintf("The worker's pod %s was killed for using more memory than its limit%s: raise the workers' memory limit, or lower maxPages.", pod.Name, limit)
		case t.ExitCode == ExitUsage:
			return fmt.Sprintf("The worker's pod %s was started wrongly (exit code %d): its log says how; correct the operator's settings.", pod.Name, t.ExitCode)
		default:
			return fmt.Sprintf("The worker's pod %s ended with exit code %d (%s): its log says why.", pod.Name, t.ExitCode, t.Reason)
		}
	}
	if pod.Status.Reason != "" {
		return fmt.Sprintf("The worker's pod %s was lost: %s: %s", pod.Name, pod.Status.Reason, pod.Status.Message)
	}
	return fmt.Sprintf("The worker was lost: Job %s: %s", j.Name, failed.Message)
}

// waiting says what a run waits for that no pod has taken up yet.
func (l *Launcher) waiting(ctx context.Context, j *batchv1.Job) string {
	pod := l.newestPod(ctx, j)
	if pod == nil {
		return fmt.Sprintf("Waits for the pod of Job %s.", j.Name)
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			return fmt.Sprintf("Pod %s finds no node: %s", pod.Name, c.Message)
		}
	}
	for i := range pod.Status.ContainerStatuses {
		if w := pod.Status.ContainerStatuses[i].State.Waiting; w != nil {
			return fmt.Sprintf("Pod %s waits to start: %s %s", pod.Name, w.Reason, w.Message)
		}
	}
	return fmt.Sprintf("Pod %s is starting.", pod.Name)
}

// newestPod is the last pod of a Job, nil if there is none or it can't be read: what
// it would tell is for a message only.
func (l *Launcher) newestPod(ctx context.Context, j *batchv1.Job) *corev1.Pod {
	pods := &corev1.PodList{}
	if err := l.Client.List(ctx, pods, client.InNamespace(j.Namespace), client.MatchingLabels{"batch.kubernetes.io/job-name": j.Name}); err != nil {
		return nil
	}
	var newest *corev1.Pod
	for i := range pods.Items {
		if newest == nil || newest.CreationTimestamp.Before(&pods.Items[i].CreationTimestamp) {
			newest = &pods.Items[i]
		}
	}
	return newest
}
