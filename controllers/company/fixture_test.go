package company

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
	"github.com/clausea/crawler/controllers/stagetest"
)

// fakeRecords are Records whose summary and error are set by the test.
type fakeRecords struct {
	summary Summary
	reads   int
	deleted []string
	err     error
}

func (f *fakeRecords) Summarize(context.Context, string, []v1alpha1.DocumentType) (Summary, error) {
	f.reads++
	s := f.summary
	s.Coverage = slices.Clone(s.Coverage)
	return s, f.err
}

func (f *fakeRecords) Delete(_ context.Context, key string) error {
	f.deleted = append(f.deleted, key)
	return f.err
}

// fixture is a reconciler of the Company acme with a fake clock.
type fixture struct {
	*Reconciler
	t       *testing.T
	client  *stagetest.Client
	records *fakeRecords
	events  *stagetest.Recorder
	now     time.Time
}

// start is the time of the clock at first, and the creation time of all objects.
var start = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func newFixture(t *testing.T, objects ...client.Object) *fixture {
	t.Helper()
	f := &fixture{t: t, records: &fakeRecords{}, events: &stagetest.Recorder{}, now: start}
	f.client = stagetest.NewClient(t, objects...)
	f.Reconciler = &Reconciler{Client: f.client, Records: f.records, Recorder: f.events, Now: func() time.Time { return f.now }}
	return f
}

// acme returns the Company of the tests, which edit may change.
func acme(edit func(*v1alpha1.Company)) *v1alpha1.Company {
	c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{
		Namespace: "legal", Name: "acme", UID: "uid-acme", Generation: 1, CreationTimestamp: metav1.NewTime(start),
		Finalizers: []string{v1alpha1.CompanyFinalizer},
	}}
	c.Spec.Domains = []v1alpha1.Domain{"acme.example"}
	if edit != nil {
		edit(c)
	}
	return c
}

// crawled edits a Company to have been crawled some time ago.
func crawled(c *v1alpha1.Company) {
	t := metav1.NewTime(start.Add(-time.Hour))
	c.Status.LastCrawl = &v1alpha1.CrawlSummary{JobName: "earlier", RunID: "earlier", Reason: v1alpha1.ReasonConverged, StartTime: &t, CompletionTime: &t}
}

// hourly edits a Company to be crawled every hour.
func hourly(c *v1alpha1.Company) { c.Spec.Schedule = &v1alpha1.Schedule{Cron: "@hourly"} }

// newJob returns a job of acme that the schedule created.
func newJob(name string, edits ...func(*v1alpha1.CrawlJob)) *v1alpha1.CrawlJob {
	j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{
		Namespace: "legal", Name: name, UID: types.UID("uid-" + name), Generation: 1, CreationTimestamp: metav1.NewTime(start),
		Labels:      map[string]string{v1alpha1.LabelCompany: "acme"},
		Annotations: map[string]string{v1alpha1.AnnotationTrigger: string(v1alpha1.TriggerSchedule)},
	}}
	j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: "acme"}
	for _, edit := range edits {
		edit(j)
	}
	return j
}

// active edits a job to be started.
func active(j *v1alpha1.CrawlJob) {
	t := metav1.NewTime(start)
	j.Status.StartTime = &t
}

// finished returns an edit of a job to be created and finished some time after start.
func finished(conditionType, reason string, after time.Duration) func(*v1alpha1.CrawlJob) {
	return func(j *v1alpha1.CrawlJob) {
		active(j)
		t := metav1.NewTime(start.Add(after))
		j.CreationTimestamp, j.Status.CompletionTime, j.Status.Reason, j.Status.Message = t, &t, reason, "It has finished."
		meta.SetStatusCondition(&j.Status.Conditions, metav1.Condition{Type: conditionType, Status: metav1.ConditionTrue, Reason: reason})
	}
}

func complete(after time.Duration) func(*v1alpha1.CrawlJob) {
	return finished(v1alpha1.ConditionComplete, v1alpha1.ReasonConverged, after)
}

func failed(after time.Duration) func(*v1alpha1.CrawlJob) {
	return finished(v1alpha1.ConditionFailed, v1alpha1.ReasonSiteUnreachable, after)
}

// reconcile reconciles acme once and returns it as it is stored; nil if it is deleted.
func (f *fixture) reconcile() (*v1alpha1.Company, ctrl.Result) {
	f.t.Helper()
	c, result, err := f.tryReconcile()
	if err != nil {
		f.t.Fatal(err)
	}
	return c, result
}

func (f *fixture) tryReconcile() (*v1alpha1.Company, ctrl.Result, error) {
	f.t.Helper()
	key := client.ObjectKey{Namespace: "legal", Name: "acme"}
	result, err := f.Reconcile(f.t.Context(), ctrl.Request{NamespacedName: key})
	c := &v1alpha1.Company{}
	switch gerr := f.client.Get(f.t.Context(), key, c); {
	case client.IgnoreNotFound(gerr) != nil:
		f.t.Fatal(gerr)
	case gerr != nil:
		return nil, result, err
	}
	return c, result, err
}

// jobs returns the names of all jobs, sorted.
func (f *fixture) jobs() []string {
	f.t.Helper()
	l := &v1alpha1.CrawlJobList{}
	if err := f.client.List(f.t.Context(), l); err != nil {
		f.t.Fatal(err)
	}
	names := []string{}
	for i := range l.Items {
		names = append(names, l.Items[i].Name)
	}
	slices.Sort(names)
	return names
}

func (f *fixture) expectJobs(want ...string) {
	f.t.Helper()
	if got := f.jobs(); !slices.Equal(got, want) {
		f.t.Errorf("the jobs are %v, want %v", got, want)
	}
}

// update changes the spec of acme as a user does.
func (f *fixture) update(c *v1alpha1.Company, edit func(*v1alpha1.Company)) {
	f.t.Helper()
	edit(c)
	c.Generation++ // the fake client does not count generations
	if err := f.client.Update(f.t.Context(), c); err != nil {
		f.t.Fatal(err)
	}
}

// expectReady fails the test unless Ready has this reason, and the wanted conditions are
// True, in this order, and no others.
func expectReady(t *testing.T, c *v1alpha1.Company, reason string, want ...string) {
	t.Helper()
	ready := meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionReady)
	if ready == nil || ready.Reason != reason {
		t.Errorf("the condition Ready is %+v, want reason %s", ready, reason)
	}
	var got []string
	for _, condition := range c.Status.Conditions {
		if condition.Status == metav1.ConditionTrue {
			got = append(got, condition.Type)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the true conditions are %v, want %v", got, want)
	}
}
