package kubejob

import (
	"slices"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
)

// The exit codes of clausea worker, which the failure policy of the Job refers to.
const (
	// ExitDone: the record of the run has its result, success or failure.
	ExitDone = 0
	// ExitFailed: the worker failed, for example because the store was unreachable. Another
	// pod may succeed.
	ExitFailed = 1
	// ExitUsage: the arguments or settings of the worker are invalid. Another pod would
	// fail too.
	ExitUsage = 2
	// ExitReleased: the pod was terminated and has released the run to the queue. It is
	// EX_TEMPFAIL of sysexits.h.
	ExitReleased = 75
)

// Pod configures the pods of workers.
type Pod struct {
	Image             string
	PriorityClassName string
	Resources         corev1.ResourceRequirements
	// Env holds the settings that are not secret.
	Env []corev1.EnvVar
	// Secret is the name of the Secret in the run's namespace whose keys are the secret
	// settings. The pod refers to it, so that no Job contains a secret.
	Secret string
	// Template is merged into the pod; nil changes nothing.
	Template *Template
}

// terminationGraceSeconds covers the 25 s that a worker may need to release its run.
const terminationGraceSeconds = 30

// ttlSeconds is how long a finished Job is kept for users to inspect.
const ttlSeconds = 3600

// attemptsAnnotation is the annotation of a Job that holds the number of attempts that the
// run had when the Job was created.
const attemptsAnnotation = "crawl.clausea.co/attempts"

// job returns a Job for a run; attempts is the number of attempts that the run has had. The
// pod meets the restricted Pod Security Standard, unless its Template changes that.
func (p Pod) job(spec runner.RunSpec, name string, attempts int32) (*batchv1.Job, error) {
	labels := labelsOf(spec)
	no, yes := false, true
	retries, grace, ttl := max(spec.MaxAttempts-1, 0), int64(terminationGraceSeconds), int32(ttlSeconds)
	user := int64(65532)
	container := corev1.Container{
		Name: workerContainer, Image: p.Image,
		Args:      []string{"worker", "--run", spec.RunID},
		Env:       p.Env,
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
	template, err := p.Template.merge(&corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: labels},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, TerminationGracePeriodSeconds: &grace, AutomountServiceAccountToken: &no, PriorityClassName: p.PriorityClassName,
			SecurityContext: &corev1.PodSecurityContext{RunAsNonRoot: &yes, RunAsUser: &user, FSGroup: &user,
				SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
			Containers: []corev1.Container{container},
			Volumes:    []corev1.Volume{{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}},
		},
	})
	if err != nil {
		return nil, err
	}
	setMemoryLimit(&template.Spec)
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: spec.CrawlJob.Namespace, Name: name, Labels: labels, OwnerReferences: ownerReferences(spec),
			Annotations: map[string]string{attemptsAnnotation: strconv.Itoa(int(attempts))},
		},
		Spec: batchv1.JobSpec{
			BackoffLimit: &retries, TTLSecondsAfterFinished: &ttl, ActiveDeadlineSeconds: activeDeadlineSeconds(spec.Deadline),
			PodFailurePolicy: &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{
				{Action: batchv1.PodFailurePolicyActionFailJob, OnExitCodes: onExitCode(workerContainer, ExitUsage)},
				{Action: batchv1.PodFailurePolicyActionIgnore, OnExitCodes: onExitCode(workerContainer, ExitReleased)},
				{Action: batchv1.PodFailurePolicyActionIgnore, OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{
					{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue}}},
			}},
			Template: *template,
		},
	}, nil
}

// memoryVariable sets the memory limit of the Go runtime.
const memoryVariable = "GOMEMLIMIT"

// setMemoryLimit sets the memory limit of the Go runtime of the worker to six sevenths of the
// limit of its container, unless the environment has one. The rest is for memory that the
// runtime does not count: the binary, and the child process that reads PDFs.
func setMemoryLimit(pod *corev1.PodSpec) {
	for i := range pod.Containers {
		c := &pod.Containers[i]
		limit := c.Resources.Limits.Memory().Value()
		if c.Name != workerContainer || limit == 0 || slices.ContainsFunc(c.Env, func(e corev1.EnvVar) bool { return e.Name == memoryVariable }) {
			continue
		}
		c.Env = append([]corev1.EnvVar{{Name: memoryVariable, Value: strconv.FormatInt(limit-limit/7, 10)}}, c.Env...)
	}
}

// deadlineMargin is how much later than that of the run the deadline of a Job is. The
// controller ends a run at its deadline; the deadline of the Job takes effect if no
// controller is running.
const deadlineMargin = 3 * time.Minute

// activeDeadlineSeconds returns the deadline of a Job in seconds from now, for the deadline
// of its run. It returns nil if the run has none.
func activeDeadlineSeconds(deadline time.Time) *int64 {
	if deadline.IsZero() {
		return nil
	}
	seconds := int64(max(time.Until(deadline)+deadlineMargin, deadlineMargin) / time.Second)
	return &seconds
}

// ownerReferences makes the CrawlJob the controller of a Job, so that deleting the CrawlJob
// deletes the Job too.
func ownerReferences(spec runner.RunSpec) []metav1.OwnerReference {
	if spec.CrawlJobUID == "" {
		return nil
	}
	yes := true
	return []metav1.OwnerReference{{
		APIVersion: v1alpha1.GroupVersion.String(), Kind: "CrawlJob", Name: spec.CrawlJob.Name, UID: spec.CrawlJobUID, Controller: &yes, BlockOwnerDeletion: &yes,
	}}
}

func onExitCode(container string, code int32) *batchv1.PodFailurePolicyOnExitCodesRequirement {
	return &batchv1.PodFailurePolicyOnExitCodesRequirement{ContainerName: &container, Operator: batchv1.PodFailurePolicyOnExitCodesOpIn, Values: []int32{code}}
}
