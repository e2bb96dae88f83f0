package controllertest

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// company makes a Company and stores it.
func (h *home) company(name string, edit func(*v1alpha1.CompanySpec)) *v1alpha1.Company {
	h.t.Helper()
	c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: h.namespace, Name: name}}
	c.Spec.Domains = []v1alpha1.Domain{"example.com"}
	if edit != nil {
		edit(&c.Spec)
	}
	h.create(c)
	return c
}

// job makes a CrawlJob of a Company and stores it.
func (h *home) job(name, company string, edit func(*v1alpha1.CrawlJobSpec)) *v1alpha1.CrawlJob {
	h.t.Helper()
	j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: h.namespace, Name: name}}
	j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: company}
	if edit != nil {
		edit(&j.Spec)
	}
	h.create(j)
	return j
}

func (h *home) create(obj client.Object) {
	h.t.Helper()
	if err := h.client.Create(h.t.Context(), obj); err != nil {
		h.t.Fatalf("create %s: %v", obj.GetName(), err)
	}
}

func (h *home) delete(obj client.Object) {
	h.t.Helper()
	if err := h.client.Delete(h.t.Context(), obj); err != nil {
		h.t.Fatalf("delete %s: %v", obj.GetName(), err)
	}
}

// edit changes an object's spec as kubectl edit does.
func (h *home) edit(obj client.Object, change func()) {
	h.t.Helper()
	h.await("an edit of "+obj.GetName(), func() (bool, string) {
		if err := h.client.Get(h.t.Context(), client.ObjectKeyFromObject(obj), obj); err != nil {
			return false, err.Error()
		}
		change()
		if err := h.client.Update(h.t.Context(), obj); err != nil {
			return false, err.Error()
		}
		return true, ""
	})
}

// awaitJob waits until a job is as ok wants it, and reads it.
func (h *home) awaitJob(j *v1alpha1.CrawlJob, what string, ok func(*v1alpha1.CrawlJob) bool) {
	h.t.Helper()
	h.await(j.Name+": "+what, func() (bool, string) {
		if err := h.client.Get(h.t.Context(), client.ObjectKeyFromObject(j), j); err != nil {
			return false, err.Error()
		}
		return ok(j), fmt.Sprintf("%+v", j.Status)
	})
}

func (h *home) awaitCompany(c *v1alpha1.Company, what string, ok func(*v1alpha1.Company) bool) {
	h.t.Helper()
	h.await(c.Name+": "+what, func() (bool, string) {
		if err := h.client.Get(h.t.Context(), client.ObjectKeyFromObject(c), c); err != nil {
			return false, err.Error()
		}
		return ok(c), fmt.Sprintf("%+v", c.Status)
	})
}

// awaitGone waits until an object is not there any more.
func (h *home) awaitGone(obj client.Object) {
	h.t.Helper()
	h.await("the end of "+obj.GetName(), func() (bool, string) {
		err := h.client.Get(h.t.Context(), client.ObjectKeyFromObject(obj), obj)
		return err != nil && client.IgnoreNotFound(err) == nil, fmt.Sprintf("%v %+v", err, obj)
	})
}

func reason(want string) func(*v1alpha1.CrawlJob) bool {
	return func(j *v1alpha1.CrawlJob) bool { return j.Status.Reason == want }
}

func is(kind string) func(*v1alpha1.CrawlJob) bool {
	return func(j *v1alpha1.CrawlJob) bool { return meta.IsStatusConditionTrue(j.Status.Conditions, kind) }
}

func started(j *v1alpha1.CrawlJob) bool { return j.Status.StartTime != nil }

// worker does what a worker would: it takes the job's run up and writes how it stands.
func (h *home) worker(j *v1alpha1.CrawlJob, change func(*store.Run)) {
	h.t.Helper()
	h.awaitJob(j, "start", started)
	h.await("a run of "+j.Name, func() (bool, string) {
		r, err := h.queue.Observe(h.t.Context(), j.RunID())
		if err != nil {
			return false, err.Error()
		}
		if r.State != store.RunPending && r.State != store.RunRunning {
			return false, string(r.State)
		}
		if r.State == store.RunPending {
			r.Attempts++
		}
		change(&r)
		return true, fmt.Sprint(h.store.PutRun(h.t.Context(), r))
	})
}

func (h *home) complete(j *v1alpha1.CrawlJob) {
	h.t.Helper()
	h.worker(j, func(r *store.Run) { r.State, r.StopReason = store.RunComplete, v1alpha1.ReasonConverged })
	h.awaitJob(j, "completion", is(v1alpha1.ConditionComplete))
}
