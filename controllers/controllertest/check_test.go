package controllertest

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
)

// jobsOf waits until the home has n CrawlJobs and gives them.
func (h *home) jobsOf(n int) []v1alpha1.CrawlJob {
	h.t.Helper()
	jobs := &v1alpha1.CrawlJobList{}
	h.await(fmt.Sprint(n, " CrawlJobs"), func() (bool, string) {
		err := h.client.List(h.t.Context(), jobs, client.InNamespace(h.namespace))
		return err == nil && len(jobs.Items) == n, fmt.Sprint(len(jobs.Items), err)
	})
	return jobs.Items
}

// check holds every object that is left against the rules of kstatus: conditions are
// of this generation, Ready is there, and Reconciling and Stalled exclude each other
// and Ready.
func (h *home) check() {
	h.t.Helper()
	h.events.check(h.t)
	jobs, companies := &v1alpha1.CrawlJobList{}, &v1alpha1.CompanyList{}
	for _, list := range []client.ObjectList{jobs, companies} {
		if err := h.client.List(h.t.Context(), list, client.InNamespace(h.namespace)); err != nil {
			h.t.Error(err)
		}
	}
	for i := range jobs.Items {
		j := &jobs.Items[i]
		h.conditions(j.Name, j.Generation, j.Status.ObservedGeneration, j.Status.Conditions)
		if is(v1alpha1.ConditionComplete)(j) && is(v1alpha1.ConditionFailed)(j) {
			h.t.Errorf("%s is both complete and failed", j.Name)
		}
	}
	for i := range companies.Items {
		c := &companies.Items[i]
		h.conditions(c.Name, c.Generation, c.Status.ObservedGeneration, c.Status.Conditions)
	}
}

func (h *home) conditions(name string, generation, observed int64, conditions []metav1.Condition) {
	h.t.Helper()
	ready := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady)
	reconciling := meta.FindStatusCondition(conditions, v1alpha1.ConditionReconciling)
	stalled := meta.FindStatusCondition(conditions, v1alpha1.ConditionStalled)
	switch {
	case ready == nil:
		h.t.Errorf("%s has no condition Ready: %+v", name, conditions)
	case observed > generation:
		h.t.Errorf("%s has observed generation %d of %d", name, observed, generation)
	case reconciling != nil && stalled != nil:
		h.t.Errorf("%s is both reconciling and stalled", name)
	case ready.Status == metav1.ConditionTrue && (reconciling != nil || stalled != nil):
		h.t.Errorf("%s is ready and not: %+v", name, conditions)
	}
	for _, c := range conditions {
		if c.Reason == "" || c.ObservedGeneration > generation {
			h.t.Errorf("%s: condition %+v", name, c)
		}
		abnormal := c.Type == v1alpha1.ConditionReconciling || c.Type == v1alpha1.ConditionStalled
		if abnormal && c.Status != metav1.ConditionTrue {
			h.t.Errorf("%s: %s is %s; it is to be absent", name, c.Type, c.Status)
		}
	}
}
