package crawljob

import (
	"context"
	"slices"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/stagetest"
)

// fakeRunner is a Runner whose runs are set by the test.
type fakeRunner struct {
	runs  map[string]runner.RunStatus
	specs map[string]runner.RunSpec
	calls []string // the calls of all methods but Status
	reads int      // the number of calls of Status
	busy  bool     // Archive fails with ErrRunBusy
	err   error    // the error of all calls
}

func (f *fakeRunner) Status(_ context.Context, id string) (runner.RunStatus, error) {
	f.reads++
	if f.err != nil {
		return runner.RunStatus{}, f.err
	}
	run, ok := f.runs[id]
	if !ok {
		return run, runner.ErrRunNotFound
	}
	return run, nil
}

// Ensure queues a run, replaces a missing worker, or records the failure of a lost one.
func (f *fakeRunner) Ensure(_ context.Context, spec runner.RunSpec) (runner.RunStatus, error) {
	f.calls = append(f.calls, "Ensure")
	if f.err != nil {
		return runner.RunStatus{}, f.err
	}
	run := f.runs[spec.RunID]
	run.ID, f.specs[spec.RunID] = spec.RunID, spec
	switch {
	case run.Worker == runner.WorkerLost:
		run.State, run.Reason, run.Message = runner.StateFailed, v1alpha1.ReasonWorkerLost, "The worker was lost."
	case run.Worker == runner.WorkerMissing: // the state is unchanged
	default:
		run.State, run.NotBefore = runner.StatePending, spec.NotBefore
	}
	run.Worker = runner.WorkerExpected
	f.runs[spec.RunID] = run
	return run, nil
}

// Signal changes the state of a run that no worker has claimed.
func (f *fakeRunner) Signal(_ context.Context, id string, signal runner.Signal) (runner.RunStatus, error) {
	f.calls = append(f.calls, "Signal "+string(signal))
	if f.err != nil {
		return runner.RunStatus{}, f.err
	}
	run, ok := f.runs[id]
	if !ok {
		return run, runner.ErrRunNotFound
	}
	if run.State == runner.StatePending || run.State == runner.StateInterrupted {
		run.State, run.Reason = map[runner.Signal]runner.State{
			runner.SignalStop: runner.StateComplete, runner.SignalSuspend: runner.StateInterrupted, runner.SignalCancel: runner.StateFailed, runner.SignalExpire: runner.StateFailed,
		}[signal], v1alpha1.ReasonStopped
		f.runs[id] = run
	}
	return run, nil
}

// Archive ends a run and keeps its record.
func (f *fakeRunner) Archive(_ context.Context, id string) error {
	f.calls = append(f.calls, "Archive")
	switch {
	case f.err != nil:
		return f.err
	case f.busy:
		return runner.ErrRunBusy
	}
	if run, ok := f.runs[id]; ok && !run.Finished() {
		run.State, run.Reason, run.Worker = runner.StateFailed, runner.ReasonCancelled, runner.WorkerExpected
		f.runs[id] = run
	}
	return nil
}

// fixture is a reconciler with a fake clock, over objects in memory.
type fixture struct {
	*Reconciler
	t      *testing.T
	client *stagetest.Client
	runner *fakeRunner
	events *stagetest.Recorder
	now    time.Time
}

// start is the time of the clock at first, and the creation time of all objects.
var start = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func newFixture(t *testing.T, objects ...client.Object) *fixture {
	t.Helper()
	f := &fixture{t: t, runner: &fakeRunner{runs: map[string]runner.RunStatus{}, specs: map[string]runner.RunSpec{}}, events: &stagetest.Recorder{}, now: start}
	f.client = stagetest.NewClient(t, objects...)
	f.Reconciler = &Reconciler{Client: f.client, Runner: f.runner, Recorder: f.events, Now: func() time.Time { return f.now }}
	return f
}

// acme returns the Company of all jobs.
func acme() *v1alpha1.Company {
	c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: "legal", Name: "acme", UID: "acme", CreationTimestamp: metav1.NewTime(start)}}
	c.Spec.Domains = []v1alpha1.Domain{"acme.example"}
	return c
}

// newJob returns a job of acme, which edit may change.
func newJob(name string, edit func(*v1alpha1.CrawlJob)) *v1alpha1.CrawlJob {
	j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{
		Namespace: "legal", Name: name, UID: types.UID("uid-" + name), Generation: 1, CreationTimestamp: metav1.NewTime(start),
		Finalizers: []string{v1alpha1.CrawlJobFinalizer},
	}}
	j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: "acme"}
	if edit != nil {
		edit(j)
	}
	return j
}

// started edits a job to be active since start.
func started(j *v1alpha1.CrawlJob) {
	t := metav1.NewTime(start)
	j.Status.StartTime, j.Status.RunID = &t, j.RunID()
}

// finished edits a job to be Complete since start.
func finished(j *v1alpha1.CrawlJob) {
	started(j)
	t := metav1.NewTime(start)
	j.Status.CompletionTime = &t
	meta.SetStatusCondition(&j.Status.Conditions, metav1.Condition{Type: v1alpha1.ConditionComplete, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonConverged})
}

// setRun sets the status of a job's run.
func (f *fixture) setRun(j *v1alpha1.CrawlJob, run runner.RunStatus) {
	run.ID = j.RunID()
	f.runner.runs[run.ID] = run
}

// reconcile reconciles the job "now" once and returns it as it is stored; nil if it is deleted.
func (f *fixture) reconcile() (*v1alpha1.CrawlJob, ctrl.Result) {
	f.t.Helper()
	job, result, err := f.tryReconcile()
	if err != nil {
		f.t.Fatal(err)
	}
	return job, result
}

func (f *fixture) tryReconcile() (*v1alpha1.CrawlJob, ctrl.Result, error) {
	f.t.Helper()
	f.runner.reads = 0
	key := client.ObjectKey{Namespace: "legal", Name: "now"}
	result, err := f.Reconcile(f.t.Context(), ctrl.Request{NamespacedName: key})
	if f.runner.reads > 1 {
		f.t.Errorf("one reconcile read the status of the run %d times", f.runner.reads)
	}
	job := &v1alpha1.CrawlJob{}
	switch gerr := f.client.Get(f.t.Context(), key, job); {
	case client.IgnoreNotFound(gerr) != nil:
		f.t.Fatal(gerr)
	case gerr != nil:
		return nil, result, err
	}
	return job, result, err
}

// expectCalls fails the test unless the Runner had these calls since the last expectCalls.
func (f *fixture) expectCalls(want ...string) {
	f.t.Helper()
	if !slices.Equal(f.runner.calls, want) {
		f.t.Errorf("the calls of the Runner are %q, want %q", f.runner.calls, want)
	}
	f.runner.calls = nil
}

// expectConditions fails the test unless these conditions are True, and no others.
func expectConditions(t *testing.T, j *v1alpha1.CrawlJob, want ...string) {
	t.Helper()
	var got []string
	for _, c := range j.Status.Conditions {
		if c.Status == metav1.ConditionTrue {
			got = append(got, c.Type)
		}
		if c.ObservedGeneration > j.Generation {
			t.Errorf("condition %+v is of a later generation than %d", c, j.Generation)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the true conditions are %v, want %v: %+v", got, want, j.Status.Conditions)
	}
}

// hasCondition reports whether a condition of the job is True.
func hasCondition(j *v1alpha1.CrawlJob, conditionType string) bool {
	return meta.IsStatusConditionTrue(j.Status.Conditions, conditionType)
}

// expectReason fails the test unless the status and its condition Ready have this reason.
func expectReason(t *testing.T, j *v1alpha1.CrawlJob, want string) {
	t.Helper()
	ready := meta.FindStatusCondition(j.Status.Conditions, v1alpha1.ConditionReady)
	if j.Status.Reason != want || ready == nil || ready.Reason != want {
		t.Errorf("the reason is %q, want %q; Ready is %+v", j.Status.Reason, want, ready)
	}
}
