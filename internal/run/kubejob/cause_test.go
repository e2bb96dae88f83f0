package kubejob

import (
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/internal/run/queue"
)

func worker() (*Launcher, *corev1.Pod) {
	l := &Launcher{Pod: Pod{Image: "clausea:1", Secret: "settings"}}
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "legal", Name: "crawl-1-x"}}
	p.Spec.Containers = []corev1.Container{{Image: "clausea:1", Resources: corev1.ResourceRequirements{
		Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("384Mi")}}}}
	return l, p
}

// What the kubelet of a cluster does is tested in internal/cli/clustertest; here is
// what else it may say.
func TestEveryEndOfAWorkerIsOneSentenceThatSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		t    corev1.ContainerStateTerminated
		want string
	}{
		{corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled"}, "limit (384Mi): raise"},
		{corev1.ContainerStateTerminated{ExitCode: 137, Reason: "Error"}, "killed (exit code 137)"},
		{corev1.ContainerStateTerminated{ExitCode: ExitUsage, Message: "a\nclausea: MONGO_URI: write another\n"}, "(exit code 2, clausea: MONGO_URI: write another): correct the operator's settings or the Secret settings in namespace legal"},
		{corev1.ContainerStateTerminated{ExitCode: ExitDone}, "check that the operator's worker image"},
		{corev1.ContainerStateTerminated{ExitCode: ExitFailed}, "failed (exit code 1): its log"},
		{corev1.ContainerStateTerminated{ExitCode: 128, Reason: "StartError", Message: strings.Repeat("ü", 2000)}, "failed (exit code 128, "},
	} {
		l, p := worker()
		got := l.ended(p, &c.t)
		if !strings.Contains(got, c.want) || !strings.Contains(got, p.Name) {
			t.Errorf("of %+v: %s", c.t, got)
		}
		if strings.ContainsAny(got, "\n\r") || !strings.HasSuffix(got, ".") || len(got) > 700 || !strings.HasPrefix(got, "The worker") {
			t.Errorf("it is no sentence: %s", got)
		}
	}
}

func TestWhatHoldsAContainerIsToldWithItsRemedy(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"ErrImagePull": "CLAUSEA_WORKER_IMAGE", "ImagePullBackOff": "CLAUSEA_WORKER_IMAGE", "InvalidImageName": "CLAUSEA_WORKER_IMAGE",
		"CreateContainerConfigError": "create the Secret settings with MONGO_URI in namespace legal",
		"RunContainerError":          "can't start (RunContainerError: why)", "ContainerCreating": "is starting",
	} {
		l, p := worker()
		if got := l.held(p, &corev1.ContainerStateWaiting{Reason: reason, Message: "why"}); !strings.Contains(got, want) {
			t.Errorf("of %s: %s", reason, got)
		}
	}
}

func TestACompleteJobHasDoneItsPartOnlyIfItsWorkerTookTheRunUp(t *testing.T) {
	t.Parallel()
	job := Pod{Image: "clausea:1"}.job(queue.Order{RunID: "r"}, jobName("r", 12), 3)
	if number(job) != 12 || number(nil) != 0 || number(&batchv1.Job{}) != 0 {
		t.Errorf("the number of %s is %d", job.Name, number(job))
	}
	if !alive(job) || served(job, 4) {
		t.Error("a Job that has not ended is taken for one that has")
	}
	job.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}}
	if alive(job) || served(job, 3) || !served(job, 4) {
		t.Error("a complete Job is told wrongly")
	}
	job.Status.Conditions[0].Type = batchv1.JobFailed
	if alive(job) || served(job, 4) {
		t.Error("a failed Job is told wrongly")
	}
}

func TestAJobsOwnDeadlineComesAfterThatOfItsCrawlJob(t *testing.T) {
	t.Parallel()
	if deadline(time.Time{}) != nil {
		t.Error("a CrawlJob without a deadline has one")
	}
	for _, left := range []time.Duration{-time.Hour, 0, time.Hour} {
		got := time.Duration(*deadline(time.Now().Add(left))) * time.Second
		if got <= max(left, 0) || got < overtime-time.Second {
			t.Errorf("with %s left it has %s", left, got)
		}
	}
}
