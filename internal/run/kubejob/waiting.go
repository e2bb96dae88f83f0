package kubejob

import (
	"context"
	"fmt"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
)

// waiting returns why a run that has an active Job makes no progress, as the reason and the
// message of its status. Both are empty while its pod executes it.
func (l *Launcher) waiting(ctx context.Context, rec store.Run, j *batchv1.Job) (reason, message string, err error) {
	pod := l.newestPod(ctx, j)
	if pod == nil {
		return v1alpha1.ReasonPodNotCreated, l.noPodMessage(ctx, j), nil
	}
	if message = l.podMessage(pod); message != "" {
		return v1alpha1.ReasonPodNotStarted, message, nil
	}
	if rec.State != store.RunPending {
		status := queue.StatusOf(rec)
		return status.Waiting, status.Message, nil
	}
	if message, err = l.Queue.WaitingForRun(ctx, rec); message != "" || err != nil {
		return v1alpha1.ReasonWaitingForCrawlJob, message, err
	}
	return v1alpha1.ReasonPodNotStarted, fmt.Sprintf("Pod %s is running and has not started the crawl yet; see its log.", pod.Name), nil
}

// noPodMessage explains why a Job has no pod, by the newest event in which the Job controller
// reported that it could not create one.
func (l *Launcher) noPodMessage(ctx context.Context, j *batchv1.Job) string {
	events := &corev1.EventList{}
	err := l.APIReader.List(ctx, events, client.InNamespace(j.Namespace), client.MatchingFields{
		"involvedObject.kind": "Job", "involvedObject.name": j.Name, "reason": "FailedCreate",
	})
	if err != nil || len(events.Items) == 0 { // the events are only used for the message
		return fmt.Sprintf("Waiting for Job %s to create its pod; run kubectl describe job %s for the cause.", j.Name, j.Name)
	}
	newest := events.Items[0]
	for _, e := range events.Items {
		if newest.LastTimestamp.Before(&e.LastTimestamp) {
			newest = e
		}
	}
	return fmt.Sprintf("No pod could be created: %s.", rejection(newest.Message))
}

// rejection returns the cause from the message with which the API server rejected an object,
// such as: jobs.batch "x" is forbidden: exceeded quota.
func rejection(message string) string {
	if _, cause, ok := strings.Cut(message, " is forbidden: "); ok {
		message = cause
	}
	return strings.TrimSuffix(message, ".")
}

// podMessage explains why a pod does not execute its run. It is empty if the pod runs, and if
// it has just ended the run.
func (l *Launcher) podMessage(pod *corev1.Pod) string {
	switch t := terminated(pod); {
	case t == nil && pod.Status.Phase == corev1.PodFailed && pod.Status.Reason != "":
		return fmt.Sprintf("Pod %s was lost (%s: %s). Another pod will resume the crawl.", pod.Name, pod.Status.Reason, strings.TrimSuffix(pod.Status.Message, "."))
	case t == nil:
	case t.ExitCode == ExitDone:
		return "" // the run has ended; the record is read again soon
	case t.ExitCode == ExitReleased:
		return fmt.Sprintf("Pod %s was terminated and released the crawl. Another pod will resume it.", pod.Name)
	default:
		return l.exitMessage(pod, t) + " Another pod will resume the crawl."
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			return fmt.Sprintf("Pod %s cannot be scheduled (%s): add a node, or lower the workers' resource requests.", pod.Name, strings.TrimSuffix(c.Message, "."))
		}
	}
	for i := range pod.Status.ContainerStatuses {
		state := pod.Status.ContainerStatuses[i].State
		if state.Running != nil {
			return ""
		}
		if state.Waiting != nil {
			return l.waitingMessage(pod, state.Waiting)
		}
	}
	return fmt.Sprintf("Pod %s is starting.", pod.Name)
}
