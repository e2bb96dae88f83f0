package kubejob

import (
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/controllers/runner"
)

// newWorkerPod returns a launcher and a pod of one of its workers.
func newWorkerPod() (*Launcher, *corev1.Pod) {
	l := &Launcher{Pod: Pod{Image: "clausea:1", Secret: "settings"}}
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "legal", Name: "crawl-1-x"}}
	p.Spec.Containers = []corev1.Container{{Image: "clausea:1", Resources: corev1.ResourceRequirements{
		Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("384Mi")}}}}
	return l, p
}

// internal/cli/clustertest tests the exits that a fake kubelet reports; this table has the
// others.
func TestTheExitOfAWorkerIsExplainedInOneSentence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		t    corev1.ContainerStateTerminated
		want string
	}{
		{corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled"}, "limit (384Mi): raise"},
		{corev1.ContainerStateTerminated{ExitCode: 137, Reason: "Error"}, "killed (exit code 137)"},
		{corev1.ContainerStateTerminated{ExitCode: ExitUsage, Message: "a\nclausea: MONGO_URI: write another\n"}, "(exit code 2, clausea: MONGO_URI: write another): correct the operator's settings or the Secret settings in namespace legal"},
		{corev1.ContainerStateTerminated{ExitCode: ExitUsage, Message: `{"level":"info","message":"started"}` + "\n" + `{"level":"error","message":"command failed","error":"MONGO_URI: write another"}`}, "(exit code 2, MONGO_URI: write another): correct"},
		{corev1.ContainerStateTerminated{ExitCode: ExitDone}, "check that the operator's worker image"},
		{corev1.ContainerStateTerminated{ExitCode: ExitFailed}, "failed (exit code 1): see its log"},
		{corev1.ContainerStateTerminated{ExitCode: 128, Reason: "StartError", Message: strings.Repeat("ü", 2000)}, "failed (exit code 128, "},
	} {
		l, p := newWorkerPod()
		got := l.exitMessage(p, &c.t)
		if !strings.Contains(got, c.want) || !strings.Contains(got, p.Name) {
			t.Errorf("the message of %+v is %s; want %s", c.t, got, c.want)
		}
		if strings.ContainsAny(got, "\n\r") || !strings.HasSuffix(got, ".") || len(got) > 700 || !strings.HasPrefix(got, "The worker") {
			t.Errorf("not one sentence: %s", got)
		}
	}
}

func TestTheMessageOfAWaitingContainerSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"ErrImagePull": "CLAUSEA_WORKER_IMAGE", "ImagePullBackOff": "CLAUSEA_WORKER_IMAGE", "InvalidImageName": "CLAUSEA_WORKER_IMAGE",
		"CreateContainerConfigError": "create the Secret settings with MONGO_URI in namespace legal",
		"RunContainerError":          "cannot start: why (RunContainerError)", "ContainerCreating": "is starting",
	} {
		l, p := newWorkerPod()
		if got := l.waitingMessage(p, &corev1.ContainerStateWaiting{Reason: reason, Message: "why"}); !strings.Contains(got, want) {
			t.Errorf("the message of %s is %s; want %s", reason, got, want)
		}
	}
}

func TestAJobHasClaimedItsRunOnlyIfItIsCompleteAndTheRunHasANewAttempt(t *testing.T) {
	t.Parallel()
	job, err := Pod{Image: "clausea:1"}.job(runner.RunSpec{RunID: "r"}, jobName(runner.RunSpec{RunID: "r"}, 12), 3)
	if err != nil {
		t.Fatal(err)
	}
	if jobNumber(job) != 12 || jobNumber(nil) != 0 || jobNumber(&batchv1.Job{}) != 0 {
		t.Errorf("the number of %s is %d", job.Name, jobNumber(job))
	}
	if !active(job) || hasClaimed(job, 4) {
		t.Error("an active Job is classified wrongly")
	}
	job.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}}
	if active(job) || hasClaimed(job, 3) || !hasClaimed(job, 4) {
		t.Error("a complete Job is classified wrongly")
	}
	job.Status.Conditions[0].Type = batchv1.JobFailed
	if active(job) || hasClaimed(job, 4) {
		t.Error("a failed Job is classified wrongly")
	}
}

func TestTheDeadlineOfAJobIsAfterThatOfItsRun(t *testing.T) {
	t.Parallel()
	if activeDeadlineSeconds(time.Time{}) != nil {
		t.Error("the Job of a run without a deadline has one")
	}
	for _, left := range []time.Duration{-time.Hour, 0, time.Hour} {
		got := time.Duration(*activeDeadlineSeconds(time.Now().Add(left))) * time.Second
		if got <= max(left, 0) || got < deadlineMargin-time.Second {
			t.Errorf("with %s left the Job has %s", left, got)
		}
	}
}

func TestTheStateOfAPodSaysWhyItDoesNotExecuteItsRun(t *testing.T) {
	t.Parallel()
	exited := func(code int32) corev1.ContainerState {
		return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code}}
	}
	for want, edit := range map[string]func(*corev1.Pod){
		"": func(p *corev1.Pod) {
			p.Status.ContainerStatuses = []corev1.ContainerStatus{{State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}
		},
		"Pod crawl-1-x is starting.": func(*corev1.Pod) {},
		"Pod crawl-1-x was lost (Evicted: The node was low on memory). Another pod will resume the crawl.": func(p *corev1.Pod) {
			p.Status.Phase, p.Status.Reason, p.Status.Message = corev1.PodFailed, "Evicted", "The node was low on memory."
		},
		"Pod crawl-1-x was terminated and released the crawl. Another pod will resume it.": func(p *corev1.Pod) {
			p.Status.ContainerStatuses = []corev1.ContainerStatus{{State: exited(ExitReleased)}}
		},
		"The worker's pod crawl-1-x was killed (exit code 137); check the events of its node for the cause. Another pod will resume the crawl.": func(p *corev1.Pod) {
			p.Status.ContainerStatuses = []corev1.ContainerStatus{{State: exited(exitSIGKILL)}}
		},
		`Pod crawl-1-x cannot start: secret "settings" not found; create the Secret settings with MONGO_URI in namespace legal.`: func(p *corev1.Pod) {
			p.Status.ContainerStatuses = []corev1.ContainerStatus{{State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{
				Reason: "CreateContainerConfigError", Message: `secret "settings" not found`}}}}
		},
	} {
		l, p := newWorkerPod()
		edit(p)
		if got := l.podMessage(p); got != want {
			t.Errorf("the message is %q, want %q", got, want)
		}
	}
}

func TestTheCauseOfARejectedObjectIsReportedWithoutItsName(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		`Error creating: pods "crawl-1-x" is forbidden: exceeded quota: none, limited: pods=0`: "exceeded quota: none, limited: pods=0",
		"the server is busy.": "the server is busy",
	} {
		if got := rejection(message); got != want {
			t.Errorf("the cause in %q is %q, want %q", message, got, want)
		}
	}
}
