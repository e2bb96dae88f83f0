package kubejob

import (
	"context"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// fixture is a launcher over an embedded store and a fake client. No controller runs: the
// tests create the pods and the conditions of the Jobs. internal/cli/clustertest tests the
// launcher on an API server.
type fixture struct {
	*Launcher
	t     *testing.T
	store store.Store
	spec  runner.RunSpec
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	event := func(field func(*corev1.Event) string) client.IndexerFunc {
		return func(obj client.Object) []string { return []string{field(obj.(*corev1.Event))} }
	}
	c := fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithStatusSubresource(&batchv1.Job{}).
		WithIndex(&corev1.Event{}, "involvedObject.kind", event(func(e *corev1.Event) string { return e.InvolvedObject.Kind })).
		WithIndex(&corev1.Event{}, "involvedObject.name", event(func(e *corev1.Event) string { return e.InvolvedObject.Name })).
		WithIndex(&corev1.Event{}, "reason", event(func(e *corev1.Event) string { return e.Reason })).Build()
	return &fixture{
		t: t, store: s, Launcher: &Launcher{Queue: &queue.Queue{Runs: s}, Client: c, APIReader: c, Pod: Pod{Image: "clausea:1"}},
		spec: runner.RunSpec{
			RunID: "r1", Company: "acme", MaxAttempts: 4, Execution: v1alpha1.ExecutionJob, CrawlJob: types.NamespacedName{Namespace: "legal", Name: "now"},
		},
	}
}

func (f *fixture) ensure() runner.RunStatus {
	f.t.Helper()
	status, err := f.Ensure(f.t.Context(), f.spec)
	if err != nil {
		f.t.Fatal(err)
	}
	return status
}

func (f *fixture) status() runner.RunStatus {
	f.t.Helper()
	status, err := f.Status(f.t.Context(), f.spec.RunID)
	if err != nil {
		f.t.Fatal(err)
	}
	return status
}

// jobs returns the names of all Jobs.
func (f *fixture) jobs() (names []string) {
	f.t.Helper()
	l := &batchv1.JobList{}
	if err := f.Client.List(f.t.Context(), l); err != nil {
		f.t.Fatal(err)
	}
	for i := range l.Items {
		names = append(names, l.Items[i].Name)
	}
	return names
}

func (f *fixture) job(name string) *batchv1.Job {
	f.t.Helper()
	j := &batchv1.Job{}
	if err := f.Client.Get(f.t.Context(), client.ObjectKey{Namespace: "legal", Name: name}, j); err != nil {
		f.t.Fatal(err)
	}
	return j
}

// finishJob sets a final condition of a Job.
func (f *fixture) finishJob(name string, conditionType batchv1.JobConditionType, reason string) {
	f.t.Helper()
	j := f.job(name)
	j.Status.Conditions = append(j.Status.Conditions, batchv1.JobCondition{Type: conditionType, Status: corev1.ConditionTrue, Reason: reason, Message: reason})
	if err := f.Client.Status().Update(f.t.Context(), j); err != nil {
		f.t.Fatal(err)
	}
}

// record returns the stored record of the run.
func (f *fixture) record() store.Run {
	f.t.Helper()
	r, err := f.store.GetRun(f.t.Context(), f.spec.RunID)
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

// claim claims the run as a worker does.
func (f *fixture) claim() {
	f.t.Helper()
	r := f.record()
	r.State, r.Attempts = store.RunRunning, r.Attempts+1
	if err := f.store.PutRun(f.t.Context(), r); err != nil {
		f.t.Fatal(err)
	}
}

// startPod creates a running pod of the first Job.
func (f *fixture) startPod() {
	f.t.Helper()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "legal", Name: "now-r1-1-x", Labels: map[string]string{labelRun: "r1"}}}
	pod.Status.Phase = corev1.PodRunning
	if err := f.Client.Create(f.t.Context(), pod); err != nil {
		f.t.Fatal(err)
	}
}

func TestEnsureFailsTheRunIfTheOperatorHasNoWorkerImage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Pod.Image, f.Default = "", v1alpha1.ExecutionInProcess
	if s := f.ensure(); s.State != runner.StateFailed || s.Reason != v1alpha1.ReasonInvalidSpec || !strings.Contains(s.Message, "CLAUSEA_WORKER_IMAGE") {
		t.Errorf("the status is %+v", s)
	}
	// A run that names no execution gets the default of the operator.
	f.spec.RunID, f.spec.Execution = "r2", ""
	f.ensure()
	if s := f.status(); s.State != runner.StatePending || s.Dedicated {
		t.Errorf("the status with the default execution is %+v", s)
	}
	if jobs := f.jobs(); len(jobs) > 0 {
		t.Errorf("the Jobs are %v", jobs)
	}
}

func TestARunThatWaitsForItsNextAttemptHasNoJob(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.spec.NotBefore = time.Now().Add(time.Hour)
	for range 2 {
		f.ensure()
		if s := f.status(); s.State != runner.StatePending || !s.Dedicated || s.Worker != runner.WorkerExpected {
			t.Errorf("the status is %+v", s)
		}
	}
	if jobs := f.jobs(); len(jobs) > 0 {
		t.Errorf("the Jobs are %v", jobs)
	}
}

func TestEnsureCreatesOneJob(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for range 3 {
		f.ensure()
	}
	if jobs := f.jobs(); len(jobs) != 1 || jobs[0] != "now-r1-1" {
		t.Errorf("the Jobs are %v", jobs)
	}
	if s := f.status(); s.State != runner.StatePending || s.Worker != runner.WorkerExpected || !strings.Contains(s.Message, "now-r1-1") {
		t.Errorf("the status is %+v", s)
	}
}

func TestStatusReportsADeletedJobAndEnsureReplacesIt(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ensure()
	f.claim()
	if err := f.Client.Delete(t.Context(), f.job("now-r1-1")); err != nil {
		t.Fatal(err)
	}
	before := f.record()
	for range 2 {
		if s := f.status(); s.State != runner.StateRunning || s.Worker != runner.WorkerMissing {
			t.Errorf("the status is %+v", s)
		}
	}
	if after := f.record(); after.State != before.State || len(f.jobs()) > 0 {
		t.Errorf("Status changed the run from %+v to %+v, the Jobs are %v", before, after, f.jobs())
	}
	if s := f.ensure(); s.State != runner.StateRunning {
		t.Errorf("the status after Ensure is %+v", s)
	}
	if jobs := f.jobs(); len(jobs) != 1 {
		t.Errorf("the Jobs are %v", jobs)
	}
}

func TestEnsureWaitsForThePodOfADeletedJob(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ensure()
	f.claim()
	f.startPod()
	if err := f.Client.Delete(t.Context(), f.job("now-r1-1")); err != nil {
		t.Fatal(err)
	}
	if s := f.status(); s.Worker != runner.WorkerExpected {
		t.Errorf("the status is %+v", s)
	}
	f.ensure()
	if jobs := f.jobs(); len(jobs) > 0 {
		t.Errorf("the Jobs are %v", jobs)
	}
}

func TestStatusReportsALostWorkerAndEnsureRecordsTheFailure(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		batchv1.JobReasonBackoffLimitExceeded: v1alpha1.ReasonWorkerLost, batchv1.JobReasonDeadlineExceeded: v1alpha1.ReasonDeadlineExceeded,
	} {
		f := newFixture(t)
		f.ensure()
		f.claim()
		f.finishJob("now-r1-1", batchv1.JobFailed, reason)
		for range 2 {
			if s := f.status(); s.State != runner.StateRunning || s.Worker != runner.WorkerLost {
				t.Errorf("%s: the status is %+v", reason, s)
			}
		}
		if r := f.record(); r.State != store.RunRunning {
			t.Errorf("%s: Status changed the run to %+v", reason, r)
		}
		if s := f.ensure(); s.State != runner.StateFailed || s.Reason != want || s.Message == "" {
			t.Errorf("%s: the status after Ensure is %+v", reason, s)
		}
		if s := f.status(); s.State != runner.StateFailed || s.Reason != want {
			t.Errorf("%s: the recorded status is %+v", reason, s)
		}
	}
}

func TestARetriedRunGetsAnotherJob(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ensure()
	f.claim()
	r := f.record()
	r.State, r.StopReason, r.FinishedAt = store.RunFailed, v1alpha1.ReasonSiteUnreachable, time.Now()
	if err := f.store.PutRun(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	f.finishJob("now-r1-1", batchv1.JobComplete, "")
	f.spec.NotBefore = time.Now().Add(time.Hour)
	if s := f.ensure(); s.State != runner.StatePending || s.Worker == runner.WorkerMissing {
		t.Errorf("the status of the retried run is %+v", s)
	}
	// Move the attempt instead of waiting for it: a busy machine may take longer than any wait.
	f.spec.NotBefore = time.Now()
	r = f.record()
	r.NotBefore = f.spec.NotBefore
	if err := f.store.PutRun(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if s := f.status(); s.State != runner.StatePending || s.Worker != runner.WorkerMissing {
		t.Errorf("the status when the attempt is due is %+v", s)
	}
	f.ensure()
	if jobs := f.jobs(); len(jobs) != 2 || jobs[1] != "now-r1-2" {
		t.Errorf("the Jobs are %v", jobs)
	}
}

func TestStatusReportsTheRunOfAWorkerPodThatHasEnded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var ended []store.Run
	f.RunEnded = func(r store.Run) { ended = append(ended, r) }
	f.ensure()
	f.claim()
	f.status()
	if len(ended) > 0 {
		t.Fatalf("a running run is reported: %+v", ended)
	}
	r := f.record()
	r.State, r.StopReason, r.FinishedAt = store.RunComplete, v1alpha1.ReasonConverged, time.Now()
	if err := f.store.PutRun(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	f.status()
	if len(ended) != 1 || ended[0].ID != "r1" {
		t.Errorf("the reported runs are %+v", ended)
	}
}

func TestSignalDeletesTheJobsExceptToStopARunningWorker(t *testing.T) {
	t.Parallel()
	for signal, want := range map[runner.Signal]struct {
		state runner.State
		jobs  int
	}{
		runner.SignalStop:    {runner.StateRunning, 1},
		runner.SignalSuspend: {runner.StateRunning, 0},
		runner.SignalCancel:  {runner.StateRunning, 0},
	} {
		f := newFixture(t)
		f.ensure()
		f.claim()
		f.startPod()
		s, err := f.Signal(t.Context(), "r1", signal)
		if err != nil || s.State != want.state || len(f.jobs()) != want.jobs {
			t.Errorf("after %s the status is %+v, %v, and the Jobs are %v", signal, s, err, f.jobs())
		}
	}
}

func TestStopCompletesARunWithoutAPod(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ensure()
	f.claim()
	s, err := f.Signal(t.Context(), "r1", runner.SignalStop)
	if err != nil || s.State != runner.StateComplete || s.Reason != v1alpha1.ReasonStopped || len(f.jobs()) > 0 {
		t.Errorf("the status is %+v, %v, and the Jobs are %v", s, err, f.jobs())
	}
}

func TestStatusReportsWhyTheJobControllerCreatesNoPod(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ensure()
	job := f.jobs()[0]
	if s := f.status(); s.Waiting != v1alpha1.ReasonPodNotCreated || !strings.Contains(s.Message, "run kubectl describe job "+job) {
		t.Errorf("the status without an event is %+v", s)
	}
	for i, cause := range []string{"exceeded quota: new", "exceeded quota: old"} {
		e := &corev1.Event{ObjectMeta: metav1.ObjectMeta{Namespace: "legal", Name: cause[len(cause)-3:]}, Reason: "FailedCreate",
			InvolvedObject: corev1.ObjectReference{Kind: "Job", Name: job}, LastTimestamp: metav1.NewTime(time.Unix(1_700_000_000-int64(i), 0)),
			Message: `Error creating: pods "x" is forbidden: ` + cause}
		if err := f.Client.Create(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if s := f.status(); s.Waiting != v1alpha1.ReasonPodNotCreated || s.Message != "No pod could be created: exceeded quota: new." {
		t.Errorf("the status with two events is %+v", s)
	}
}

func TestStatusOfARunWithAPodSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ensure()
	running := corev1.ContainerStatus{State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "legal", Name: "p", Labels: map[string]string{batchv1.JobNameLabel: f.jobs()[0]}}}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{running}
	if err := f.Client.Create(t.Context(), pod); err != nil {
		t.Fatal(err)
	}
	if s := f.status(); s.Waiting != v1alpha1.ReasonPodNotStarted || !strings.Contains(s.Message, "Pod p is running and has not started the crawl yet") {
		t.Errorf("the status before the claim is %+v", s)
	}
	other := store.Run{ID: "r0", Company: f.spec.Company, State: store.RunRunning, Worker: "laptop", Heartbeat: time.Now()}
	if err := f.store.PutRun(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if s := f.status(); s.Waiting != v1alpha1.ReasonWaitingForCrawlJob || !strings.Contains(s.Message, "r0") {
		t.Errorf("the status while another run has the company is %+v", s)
	}
	f.claim()
	if s := f.status(); s.Waiting != "" {
		t.Errorf("the status after the claim is %+v", s)
	}
}
