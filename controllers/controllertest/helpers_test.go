package controllertest

import (
	"cmp"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// company creates a Company.
func (b *backend) company(name string, edit func(*v1alpha1.CompanySpec)) *v1alpha1.Company {
	b.t.Helper()
	c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: name}}
	c.Spec.Domains = []v1alpha1.Domain{"example.com"}
	if edit != nil {
		edit(&c.Spec)
	}
	b.create(c)
	return c
}

// awaitFinalizer waits until the controller has added its finalizer to a Company. One that is
// deleted before is gone at once, with its CrawlJobs left.
func (b *backend) awaitFinalizer(c *v1alpha1.Company) {
	b.t.Helper()
	b.awaitCompany(c, "finalizer", func(c *v1alpha1.Company) bool { return len(c.Finalizers) > 0 })
}

// job creates a CrawlJob of a Company.
func (b *backend) job(name, company string, edit func(*v1alpha1.CrawlJobSpec)) *v1alpha1.CrawlJob {
	b.t.Helper()
	j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: name}}
	j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: company}
	if edit != nil {
		edit(&j.Spec)
	}
	b.create(j)
	return j
}

func (b *backend) create(obj client.Object) {
	b.t.Helper()
	if err := b.client.Create(b.t.Context(), obj); err != nil {
		b.t.Fatalf("create %s: %v", obj.GetName(), err)
	}
}

func (b *backend) delete(obj client.Object) {
	b.t.Helper()
	if err := b.client.Delete(b.t.Context(), obj); err != nil {
		b.t.Fatalf("delete %s: %v", obj.GetName(), err)
	}
}

// edit changes the spec of an object as kubectl edit does. It retries after a conflict.
func (b *backend) edit(obj client.Object, change func()) {
	b.t.Helper()
	b.await("the edit of "+obj.GetName(), func() (bool, string) {
		if err := b.client.Get(b.t.Context(), client.ObjectKeyFromObject(obj), obj); err != nil {
			return false, err.Error()
		}
		change()
		if err := b.client.Update(b.t.Context(), obj); err != nil {
			return false, err.Error()
		}
		return true, ""
	})
}

// awaitJob waits until a job satisfies ok, and reads it. It fails the test at once if the
// job finishes without satisfying ok, because the status of a finished job is final.
func (b *backend) awaitJob(j *v1alpha1.CrawlJob, what string, ok func(*v1alpha1.CrawlJob) bool) {
	b.t.Helper()
	b.await(j.Name+": "+what, func() (bool, string) {
		if err := b.client.Get(b.t.Context(), client.ObjectKeyFromObject(j), j); err != nil {
			return false, err.Error()
		}
		if ok(j) {
			return true, ""
		}
		if j.Finished() {
			b.t.Fatalf("%s finished without %s: %+v", j.Name, what, j.Status)
		}
		return false, fmt.Sprintf("%+v", j.Status)
	})
}

// awaitCompany waits until a Company satisfies ok, and reads it.
func (b *backend) awaitCompany(c *v1alpha1.Company, what string, ok func(*v1alpha1.Company) bool) {
	b.t.Helper()
	b.await(c.Name+": "+what, func() (bool, string) {
		if err := b.client.Get(b.t.Context(), client.ObjectKeyFromObject(c), c); err != nil {
			return false, err.Error()
		}
		return ok(c), fmt.Sprintf("%+v", c.Status)
	})
}

// awaitJobs waits until there are n CrawlJobs and returns them.
func (b *backend) awaitJobs(n int) []v1alpha1.CrawlJob {
	b.t.Helper()
	jobs := &v1alpha1.CrawlJobList{}
	b.await(fmt.Sprint(n, " CrawlJobs"), func() (bool, string) {
		err := b.client.List(b.t.Context(), jobs, client.InNamespace(b.namespace))
		return err == nil && len(jobs.Items) == n, fmt.Sprint(len(jobs.Items), err)
	})
	return jobs.Items
}

// awaitDeleted waits until an object no longer exists.
func (b *backend) awaitDeleted(obj client.Object) {
	b.t.Helper()
	b.await("the deletion of "+obj.GetName(), func() (bool, string) {
		err := b.client.Get(b.t.Context(), client.ObjectKeyFromObject(obj), obj)
		return err != nil && client.IgnoreNotFound(err) == nil, fmt.Sprintf("%v %+v", err, obj)
	})
}

// hasReason matches jobs by the reason of their status.
func hasReason(want string) func(*v1alpha1.CrawlJob) bool {
	return func(j *v1alpha1.CrawlJob) bool { return j.Status.Reason == want }
}

// has matches jobs with a condition that is True.
func has(conditionType string) func(*v1alpha1.CrawlJob) bool {
	return func(j *v1alpha1.CrawlJob) bool { return meta.IsStatusConditionTrue(j.Status.Conditions, conditionType) }
}

// queued matches jobs whose run is queued or claimed.
func queued(j *v1alpha1.CrawlJob) bool { return j.Active() }

// worker acts as a worker: it claims the run of a job, if the run is pending, and changes its
// record.
func (b *backend) worker(j *v1alpha1.CrawlJob, change func(*store.Run)) {
	b.t.Helper()
	b.awaitJob(j, "start", queued)
	b.await("the run of "+j.Name, func() (bool, string) {
		r, err := b.store.GetRun(b.t.Context(), j.RunID())
		if err != nil {
			return false, err.Error()
		}
		if r.State != store.RunPending && r.State != store.RunRunning {
			return false, string(r.State)
		}
		if r.State == store.RunPending {
			r.Attempts++
			r.StartedAt = cmp.Or(r.StartedAt, time.Now().UTC())
		}
		change(&r)
		err = b.store.PutRun(b.t.Context(), r)
		return err == nil, fmt.Sprint(err)
	})
}

// complete completes the run of a job, and waits until the job is Complete.
func (b *backend) complete(j *v1alpha1.CrawlJob) {
	b.t.Helper()
	b.worker(j, func(r *store.Run) {
		r.State, r.StopReason, r.Documents.New = store.RunComplete, v1alpha1.ReasonConverged, 1
	})
	b.awaitJob(j, "completion", has(v1alpha1.ConditionComplete))
}
