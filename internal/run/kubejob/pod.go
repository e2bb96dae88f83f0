package kubejob

import (
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/run/queue"
)

// Exit codes of clausea worker, which the Job's failure policy knows.
const (
	// ExitDone says that the run's record tells how it ended, well or not.
	ExitDone = 0
	// ExitFailed says that the worker could not work, for want of the store say:
	// another pod may.
	ExitFailed = 1
	// ExitUsage says that no other pod would do better.
	ExitUsage = 2
	// ExitHandedBack says that the pod was asked to go and gave the run back; it is
	// EX_TEMPFAIL of sysexits.h.
	ExitHandedBack = 75
)

// Pod says what a worker's pod is like.
type Pod struct {
	Image              string
	ImagePullPolicy    corev1.PullPolicy
	ServiceAccountName string
	PriorityClassName  string
	NodeSelector       map[string]string
	Tolerations        []corev1.Toleration
	Resources          corev1.ResourceRequirements
	// Env are settings that are no secrets.
	Env []corev1.EnvVar
	// Secret names the one in the run's namespace whose keys are the other settings:
	// the pod refers to it, so that no Job shows a secret.
	Secret string
}

// graceSeconds leaves a worker the 25 s that it may take to give a run back.
const graceSeconds = 30

// keepSeconds is how long a finished Job stays for people to look at.
const keepSeconds = 3600

// attemptsAnnotation is on every Job and has how often its run had been taken up when
// the Job was made.
const attemptsAnnotation = "crawl.clausea.co/attempts"

// job is the Job of one run that was taken up so often before, whose pod meets the restricted Pod Security Standard.
func (p Pod) job(o queue.Order, name string, attempts int32) *batchv1.Job {
	labels := Labels()
	labels[labelRun] = o.RunID
	no, yes := false, true
	retries, grace, keep := max(o.Attempts-1, 0), int64(graceSeconds), int32(keepSeconds)
	user := int64(65532)
	container := corev1.Container{
		Name: "worker", Image: p.Image, ImagePullPolicy: p.ImagePullPolicy,
		Args:      []string{"worker", "--run", o.RunID},
		Env:       append(p.memory(), p.Env...),
		EnvFrom:   []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: p.Secret}}}},
		Resources: p.Resources,
		SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: &no, ReadOnlyRootFilesystem: &yes, RunAsNonRoot: &yes, RunAsUser: &user,
			Capabilities:   &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		VolumeMounts:             []corev1.VolumeMount{{Name: "tmp", MountPath: "/tmp"}},
		TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
	}
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: o.Job.Namespace, Name: name, Labels: labels, OwnerReferences: ownerOf(o),
			Annotations: map[string]string{attemptsAnnotation: strconv.Itoa(int(attempts))},
		},
		Spec: batchv1.JobSpec{
			BackoffLimit: &retries, TTLSecondsAfterFinished: &keep, ActiveDeadlineSeconds: deadline(o.Deadline),
			PodFailurePolicy: &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{
				{Action: batchv1.PodFailurePolicyActionFailJob, OnExitCodes: exits("worker", ExitUsage)},
				{Action: batchv1.PodFailurePolicyActionIgnore, OnExitCodes: exits("worker", ExitHandedBack)},
				{Action: batchv1.PodFailurePolicyActionIgnore, OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{
					{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue}}},
			}},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{
					RestartPolicy: corev1.RestartPolicyNever, TerminationGracePeriodSeconds: &grace,
					ServiceAccountName: p.ServiceAccountName, AutomountServiceAccountToken: &no,
					PriorityClassName: p.PriorityClassName, NodeSelector: p.NodeSelector, Tolerations: p.Tolerations,
					SecurityContext: &corev1.PodSecurityContext{RunAsNonRoot: &yes, RunAsUser: &user, FSGroup: &user,
						SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
					Containers: []corev1.Container{container},
					Volumes:    []corev1.Volume{{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}},
				},
			},
		},
	}
}

// memory tells the Go runtime of the container's limit, less a seventh for what is not
// its heap: stacks, the binary, and the child that reads PDFs.
func (p Pod) memory() []corev1.EnvVar {
	limit := p.Resources.Limits.Memory().Value()
	if limit == 0 {
		return nil
	}
	return []corev1.EnvVar{{Name: "GOMEMLIMIT", Value: strconv.FormatInt(limit-limit/7, 10)}}
}

// overtime is how long after its deadline a run may take to be ended by whoever
// ordered it. The Job's own deadline ends it where nobody does.
const overtime = 3 * time.Minute

// deadline is a Job's, in seconds from now; nil is none.
func deadline(end time.Time) *int64 {
	if end.IsZero() {
		return nil
	}
	seconds := int64(max(time.Until(end)+overtime, overtime) / time.Second)
	return &seconds
}

func ownerOf(o queue.Order) []metav1.OwnerReference {
	if o.JobUID == "" {
		return nil
	}
	yes := true
	return []metav1.OwnerReference{{
		APIVersion: v1alpha1.GroupVersion.String(), Kind: "CrawlJob", Name: o.Job.Name, UID: o.JobUID, Controller: &yes, BlockOwnerDeletion: &yes,
	}}
}

func exits(container string, code int32) *batchv1.PodFailurePolicyOnExitCodesRequirement {
	return &batchv1.PodFailurePolicyOnExitCodesRequirement{ContainerName: &container, Operator: batchv1.PodFailurePolicyOnExitCodesOpIn, Values: []int32{code}}
}
