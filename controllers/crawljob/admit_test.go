package crawljob

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/stagetest"
)

func TestAJobDoesNotStartWithoutItsCompany(t *testing.T) {
	t.Parallel()
	f := newFixture(t, newJob("now", nil))
	for range 2 {
		j, result := f.reconcile()
		expectReason(t, j, v1alpha1.ReasonWaitingForCompany)
		expectConditions(t, j, v1alpha1.ConditionReconciling)
		stagetest.ExpectRequeue(t, result, admissionPoll)
		if j.Active() || !strings.Contains(j.Status.Message, "Company acme does not exist") {
			t.Errorf("the status is %+v", j.Status)
		}
	}
	f.expectCalls()
	f.events.Expect(t)
	if f.client.StatusWrites != 1 || f.runner.reads != 0 {
		t.Errorf("two reconciles wrote the status %d times and read the run %d times", f.client.StatusWrites, f.runner.reads)
	}
}

func TestAJobFailsIfItsCompanyIsBeingDeleted(t *testing.T) {
	t.Parallel()
	c := acme()
	deleted := metav1.NewTime(start)
	c.DeletionTimestamp, c.Finalizers = &deleted, []string{v1alpha1.CompanyFinalizer}
	f := newFixture(t, c, newJob("now", nil))
	j, _ := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonInvalidSpec)
	expectConditions(t, j, v1alpha1.ConditionFailed, v1alpha1.ConditionStalled)
	f.expectCalls()
	f.events.Expect(t, "Warning InvalidSpec")
}

func TestAnActiveJobContinuesWhileItsCompanyIsBeingDeleted(t *testing.T) {
	t.Parallel()
	c := acme()
	c.DeletionTimestamp, c.Finalizers = &metav1.Time{Time: start}, []string{v1alpha1.CompanyFinalizer}
	job := newJob("now", started)
	f := newFixture(t, c, job)
	f.setRun(job, runner.RunStatus{State: runner.StateRunning})
	j, _ := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonRunning)
	f.expectCalls()
}

func TestAJobDoesNotStartWhileAnotherGoesFirst(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]func(*v1alpha1.CrawlJob){
		"an active job":                         func(j *v1alpha1.CrawlJob) { started(j); j.Spec.Priority = -1 },
		"an active job that is being deleted":   func(j *v1alpha1.CrawlJob) { started(j); j.DeletionTimestamp = &metav1.Time{Time: start} },
		"an active job that is to be suspended": func(j *v1alpha1.CrawlJob) { started(j); j.Spec.Suspend = true },
		"a job of higher priority":              func(j *v1alpha1.CrawlJob) { j.Spec.Priority = 1 },
		"an older job":                          func(j *v1alpha1.CrawlJob) { j.CreationTimestamp = metav1.NewTime(start.Add(-1)) },
		"a job of the same age, by name":        func(j *v1alpha1.CrawlJob) { j.Name = "a" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ahead := newJob("z", other)
			f := newFixture(t, acme(), newJob("now", nil), ahead)
			j, result := f.reconcile()
			expectReason(t, j, v1alpha1.ReasonWaitingForCrawlJob)
			stagetest.ExpectRequeue(t, result, admissionPoll)
			if want := "CrawlJob " + ahead.Name + " "; j.Active() || !strings.Contains(j.Status.Message, want) {
				t.Errorf("the status is %+v, want %q in the message", j.Status, want)
			}
			f.expectCalls()
			f.events.Expect(t)
		})
	}
}

func TestAJobStartsIfNoOtherJobGoesFirst(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]func(*v1alpha1.CrawlJob){
		"a finished job":                       finished,
		"a suspended job":                      func(j *v1alpha1.CrawlJob) { j.Spec.Suspend, j.Spec.Priority = true, 1 },
		"a job of lower priority":              func(j *v1alpha1.CrawlJob) { j.Spec.Priority = -1 },
		"a waiting job that is being deleted":  func(j *v1alpha1.CrawlJob) { j.Spec.Priority, j.DeletionTimestamp = 1, &metav1.Time{Time: start} },
		"an active job of another company":     func(j *v1alpha1.CrawlJob) { started(j); j.Spec.CompanyRef.Name = "globex" },
		"an active job in another namespace":   func(j *v1alpha1.CrawlJob) { started(j); j.Namespace = "elsewhere" },
		"a younger job of the same priority":   func(j *v1alpha1.CrawlJob) { j.CreationTimestamp = metav1.NewTime(start.Add(1e9)) },
		"a job of the same age, later by name": func(*v1alpha1.CrawlJob) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, acme(), newJob("now", nil), newJob("z", other))
			j, _ := f.reconcile()
			if j.Status.QueueTime == nil {
				t.Errorf("the status is %+v", j.Status)
			}
			f.expectCalls("Ensure")
		})
	}
}

func TestStoppingAJobThatNeverStartedStartsNoRun(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(), newJob("now", func(j *v1alpha1.CrawlJob) { j.Spec.Stop = true }))
	j, _ := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonStopped)
	expectConditions(t, j, v1alpha1.ConditionComplete, v1alpha1.ConditionReady)
	f.expectCalls()
	f.events.Expect(t, "Normal Stopped")
}

func TestStoppingASuspendedJobReportsItsCounts(t *testing.T) {
	t.Parallel()
	job := newJob("now", func(j *v1alpha1.CrawlJob) { j.Spec.Stop, j.Spec.Suspend = true, true })
	f := newFixture(t, acme(), job)
	f.setRun(job, runner.RunStatus{State: runner.StateInterrupted, CreatedAt: start, StartedAt: start, Progress: runner.Progress{Fetched: 8}, Documents: v1alpha1.DocumentCounts{New: 2}})
	j, _ := f.reconcile()
	expectReason(t, j, v1alpha1.ReasonStopped)
	expectConditions(t, j, v1alpha1.ConditionComplete, v1alpha1.ConditionReady)
	if s := j.Status; s.Progress.Fetched != 8 || s.Documents.New != 2 || s.StartTime == nil || s.RunID == "" {
		t.Errorf("the status is %+v", s)
	}
	f.expectCalls("Signal Stop")
	f.events.Expect(t, "Normal Started", "Normal Stopped")
}

func TestAJobWhoseTargetCannotBeCrawledFails(t *testing.T) {
	t.Parallel()
	for want, job := range map[string]*v1alpha1.CrawlJob{
		`spec.company.domains[0] "10.0.0.1" is an IP address`: newJob("now", func(j *v1alpha1.CrawlJob) {
			j.Spec.CompanyRef, j.Spec.Company = nil, &v1alpha1.Target{Domains: []v1alpha1.Domain{"10.0.0.1"}}
		}),
		`Company acme: spec.domains[0] "co.uk" is a public suffix`: newJob("now", nil),
	} {
		c := acme()
		c.Spec.Domains[0] = "co.uk"
		f := newFixture(t, c, job)
		j, _ := f.reconcile()
		expectReason(t, j, v1alpha1.ReasonInvalidSpec)
		expectConditions(t, j, v1alpha1.ConditionFailed, v1alpha1.ConditionStalled)
		if !strings.Contains(j.Status.Message, want) {
			t.Errorf("the message is %q, want %q", j.Status.Message, want)
		}
		f.expectCalls()
		f.events.Expect(t, "Warning InvalidSpec")
	}
}

func TestAJobHasTheLabelOfItsCompany(t *testing.T) {
	t.Parallel()
	for want, edit := range map[string]func(*v1alpha1.CrawlJob){
		"acme": nil,
		"inline.example": func(j *v1alpha1.CrawlJob) {
			j.Spec.CompanyRef, j.Spec.Company = nil, &v1alpha1.Target{Domains: []v1alpha1.Domain{"inline.example"}}
		},
		"": func(j *v1alpha1.CrawlJob) {
			j.Spec.CompanyRef, j.Spec.Company = nil, &v1alpha1.Target{Domains: []v1alpha1.Domain{v1alpha1.Domain(strings.Repeat("a", 63) + ".example")}}
		},
	} {
		f := newFixture(t, acme(), newJob("now", edit))
		if j, _ := f.reconcile(); j.Labels[v1alpha1.LabelCompany] != want || !j.Active() {
			t.Errorf("the labels are %v, want %q; the status is %+v", j.Labels, want, j.Status)
		}
	}
}
