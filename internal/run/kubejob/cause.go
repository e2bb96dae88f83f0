package kubejob

import (
	"context"
	"fmt"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// cause says in one sentence why a Job ended without an end of its run, and what to do.
func (l *Launcher) cause(ctx context.Context, j *batchv1.Job) string {
	if pod := l.newestPod(ctx, j); pod != nil {
		if t := terminated(pod); t != nil {
			return l.ended(pod, t)
		}
		if pod.Status.Reason != "" {
			return fmt.Sprintf("The worker's pod %s was lost: %s: %s", pod.Name, pod.Status.Reason, pod.Status.Message)
		}
	}
	if failed := condition(j, batchv1.JobFailed); failed != nil {
		return fmt.Sprintf("The worker was lost: Job %s: %s", j.Name, failed.Message)
	}
	return fmt.Sprintf("The worker was lost: Job %s is complete and the crawl is not.", j.Name)
}

// ended says how a worker's process ended.
func (l *Launcher) ended(pod *corev1.Pod, t *corev1.ContainerStateTerminated) string {
	switch {
	case t.Reason == "OOMKilled":
		limit := ""
		if m := pod.Spec.Containers[0].Resources.Limits.Memory(); !m.IsZero() {
			limit = " (" + m.String() + ")"
		}
		return fmt.Sprintf("The worker's pod %s was killed for using more memory than its limit%s: raise the workers' limit (CLAUSEA_WORKER_MEMORY), or lower maxPages.", pod.Name, limit)
	case t.ExitCode == ExitUsage:
		return fmt.Sprintf("The worker's pod %s was started wrongly (exit code %d%s): correct the operator's settings or the Secret %s in namespace %s.", pod.Name, t.ExitCode, said(t), l.Pod.Secret, pod.Namespace)
	case t.ExitCode == ExitDone:
		return fmt.Sprintf("The worker's pod %s ended without having crawled (exit code 0): check that the operator's worker image is that of clausea.", pod.Name)
	case t.ExitCode == sigkilled:
		return fmt.Sprintf("The worker's pod %s was killed (exit code %d): its node says by whom.", pod.Name, t.ExitCode)
	default:
		return fmt.Sprintf("The worker's pod %s failed (exit code %d%s): its log says more.", pod.Name, t.ExitCode, said(t))
	}
}

// sigkilled is the exit code of a process that SIGKILL ended: 128 and the signal.
const sigkilled = 128 + 9

// maxSaid bounds what of a log goes into a message, in bytes.
const maxSaid = 300

// said is the last line of what a container said at its end; the worker's log holds
// no secret.
func said(t *corev1.ContainerStateTerminated) string {
	lines := strings.Split(strings.TrimSpace(t.Message), "\n")
	last := strings.ToValidUTF8(strings.TrimSpace(lines[len(lines)-1]), "")
	if last == "" {
		return ""
	}
	if len(last) > maxSaid {
		last = strings.ToValidUTF8(last[:maxSaid], "") + "…"
	}
	return ", " + last
}

// doing says what keeps a run from being crawled; it is empty while a pod is at work.
func (l *Launcher) doing(ctx context.Context, j *batchv1.Job) string {
	pod := l.newestPod(ctx, j)
	if pod == nil {
		return fmt.Sprintf("Waits for Job %s to make its pod; kubectl describe job says what keeps it.", j.Name)
	}
	switch t := terminated(pod); {
	case t == nil:
	case t.ExitCode == ExitDone:
		return "" // the record is about to say how it ended
	case t.ExitCode == ExitHandedBack:
		return fmt.Sprintf("Pod %s was asked to end and gave the crawl back; another is to go on.", pod.Name)
	default:
		return l.ended(pod, t) + " Another pod is to go on."
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			return fmt.Sprintf("Pod %s finds no node (%s): make room for it, or lower what the workers ask for.", pod.Name, strings.TrimSuffix(c.Message, "."))
		}
	}
	for i := range pod.Status.ContainerStatuses {
		state := pod.Status.ContainerStatuses[i].State
		if state.Running != nil {
			return ""
		}
		if state.Waiting != nil {
			return l.held(pod, state.Waiting)
		}
	}
	return fmt.Sprintf("Pod %s is starting.", pod.Name)
}

// held says why a container that has its node does not start.
func (l *Launcher) held(pod *corev1.Pod, w *corev1.ContainerStateWaiting) string {
	switch w.Reason {
	case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable":
		return fmt.Sprintf("Pod %s can't get its image %s (%s): correct the operator's CLAUSEA_WORKER_IMAGE, or let the nodes pull it.", pod.Name, pod.Spec.Containers[0].Image, w.Reason)
	case "CreateContainerConfigError":
		return fmt.Sprintf("Pod %s lacks its settings (%s): create the Secret %s with MONGO_URI in namespace %s.", pod.Name, w.Message, l.Pod.Secret, pod.Namespace)
	case "CreateContainerError", "RunContainerError":
		return fmt.Sprintf("Pod %s can't start (%s: %s).", pod.Name, w.Reason, w.Message)
	default:
		return fmt.Sprintf("Pod %s is starting.", pod.Name)
	}
}

func terminated(p *corev1.Pod) *corev1.ContainerStateTerminated {
	for i := range p.Status.ContainerStatuses {
		if t := p.Status.ContainerStatuses[i].State.Terminated; t != nil {
			return t
		}
	}
	return nil
}

// newestPod is the last pod of a Job, nil if there is none or it can't be read: what
// it would tell is for a message only.
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
