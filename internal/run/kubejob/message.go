package kubejob

import (
	"context"
	"fmt"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// lostMessage explains in one sentence why a Job ended before its run, and how to correct
// it.
func (l *Launcher) lostMessage(ctx context.Context, j *batchv1.Job) string {
	if pod := l.newestPod(ctx, j); pod != nil {
		if t := terminated(pod); t != nil {
			return l.exitMessage(pod, t)
		}
		if pod.Status.Reason != "" {
			return fmt.Sprintf("The worker's pod %s was lost: %s: %s", pod.Name, pod.Status.Reason, pod.Status.Message)
		}
	}
	if failed := condition(j, batchv1.JobFailed); failed != nil {
		return fmt.Sprintf("The worker was lost: Job %s: %s", j.Name, failed.Message)
	}
	return fmt.Sprintf("The worker was lost: Job %s is complete, but the crawl is not.", j.Name)
}

// exitMessage explains how the process of a worker exited.
func (l *Launcher) exitMessage(pod *corev1.Pod, t *corev1.ContainerStateTerminated) string {
	switch {
	case t.Reason == "OOMKilled":
		limit := ""
		if m := pod.Spec.Containers[0].Resources.Limits.Memory(); !m.IsZero() {
			limit = " (" + m.String() + ")"
		}
		return fmt.Sprintf("The worker's pod %s was killed for using more memory than its limit%s: raise the workers' limit (CLAUSEA_WORKER_MEMORY), or lower maxPages.", pod.Name, limit)
	case t.ExitCode == ExitUsage:
		return fmt.Sprintf("The worker's pod %s has invalid settings (exit code %d%s): correct the operator's settings or the Secret %s in namespace %s.", pod.Name, t.ExitCode, lastLogLine(t), l.Pod.Secret, pod.Namespace)
	case t.ExitCode == ExitDone:
		return fmt.Sprintf("The worker's pod %s exited without crawling (exit code 0): check that the operator's worker image is the clausea image.", pod.Name)
	case t.ExitCode == exitSIGKILL:
		return fmt.Sprintf("The worker's pod %s was killed (exit code %d); check the events of its node for the cause.", pod.Name, t.ExitCode)
	default:
		return fmt.Sprintf("The worker's pod %s failed (exit code %d%s): see its log.", pod.Name, t.ExitCode, lastLogLine(t))
	}
}

// exitSIGKILL is the exit code of a process that was killed by SIGKILL: 128 plus the
// signal's number.
const exitSIGKILL = 128 + 9

// maxLogLine is the maximum length of a log line in a message, in bytes.
const maxLogLine = 300

// lastLogLine returns a comma and the last line of a container's termination message, which
// is the end of its log. The log of a worker contains no secret.
func lastLogLine(t *corev1.ContainerStateTerminated) string {
	lines := strings.Split(strings.TrimSpace(t.Message), "\n")
	last := strings.ToValidUTF8(logText(strings.TrimSpace(lines[len(lines)-1])), "")
	if last == "" {
		return ""
	}
	if len(last) > maxLogLine {
		last = strings.ToValidUTF8(last[:maxLogLine], "") + "…"
	}
	return ", " + last
}

// waitingMessage explains why a container has not started on its node.
func (l *Launcher) waitingMessage(pod *corev1.Pod, w *corev1.ContainerStateWaiting) string {
	switch w.Reason {
	case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable":
		return fmt.Sprintf("Pod %s cannot pull its image %s (%s): correct the operator's CLAUSEA_WORKER_IMAGE, or give the nodes access to it.", pod.Name, pod.Spec.Containers[0].Image, w.Reason)
	case "CreateContainerConfigError":
		return fmt.Sprintf("Pod %s cannot start: %s; create the Secret %s with MONGO_URI in namespace %s.", pod.Name, w.Message, l.Pod.Secret, pod.Namespace)
	case "CreateContainerError", "RunContainerError":
		return fmt.Sprintf("Pod %s cannot start: %s (%s).", pod.Name, w.Message, w.Reason)
	default:
		return fmt.Sprintf("Pod %s is starting.", pod.Name)
	}
}

// terminated returns the terminated state of a pod's container, nil if it has none.
func terminated(p *corev1.Pod) *corev1.ContainerStateTerminated {
	for i := range p.Status.ContainerStatuses {
		if t := p.Status.ContainerStatuses[i].State.Terminated; t != nil {
			return t
		}
	}
	return nil
}

// newestPod returns the newest pod of a Job, nil if there is none. It ignores errors,
// because the pod is only used for messages.
func (l *Launcher) newestPod(ctx context.Context, j *batchv1.Job) *corev1.Pod {
	pods, err := podsOf(ctx, l.Client, client.InNamespace(j.Namespace), client.MatchingLabels{batchv1.JobNameLabel: j.Name})
	if err != nil {
		return nil
	}
	var newest *corev1.Pod
	for i := range pods {
		if newest == nil || newest.CreationTimestamp.Before(&pods[i].CreationTimestamp) {
			newest = &pods[i]
		}
	}
	return newest
}
