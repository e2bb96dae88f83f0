package controllertest

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
)

// check checks the remaining objects against the rules of kstatus: Ready is present unless the
// object is suspended, no condition has a later generation than its object, and at most one of
// Reconciling and Stalled is True. A job that is Ready is neither of them, and a Company that
// is Ready is not Stalled.
func (b *backend) check() {
	b.t.Helper()
	b.events.check(b.t)
	jobs, companies := &v1alpha1.CrawlJobList{}, &v1alpha1.CompanyList{}
	for _, list := range []client.ObjectList{jobs, companies} {
		if err := b.client.List(b.t.Context(), list, client.InNamespace(b.namespace)); err != nil {
			b.t.Error(err)
		}
	}
	for i := range jobs.Items {
		j := &jobs.Items[i]
		b.checkConditions(j.Name, j.Generation, j.Status.ObservedGeneration, j.Status.Conditions)
		if has(v1alpha1.ConditionReady)(j) && has(v1alpha1.ConditionReconciling)(j) {
			b.t.Errorf("%s is Ready, but also Reconciling: %+v", j.Name, j.Status.Conditions)
		}
		if has(v1alpha1.ConditionComplete)(j) && has(v1alpha1.ConditionFailed)(j) {
			b.t.Errorf("%s is both Complete and Failed", j.Name)
		}
	}
	for i := range companies.Items {
		c := &companies.Items[i]
		b.checkConditions(c.Name, c.Generation, c.Status.ObservedGeneration, c.Status.Conditions)
	}
}

// checkConditions checks the conditions of one object.
func (b *backend) checkConditions(name string, generation, observed int64, conditions []metav1.Condition) {
	b.t.Helper()
	ready := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady)
	reconciling := meta.FindStatusCondition(conditions, v1alpha1.ConditionReconciling)
	stalled := meta.FindStatusCondition(conditions, v1alpha1.ConditionStalled)
	switch {
	case ready == nil && !meta.IsStatusConditionTrue(conditions, v1alpha1.ConditionSuspended):
		b.t.Errorf("%s has no condition Ready: %+v", name, conditions)
	case observed > generation:
		b.t.Errorf("%s has observed generation %d, its generation is %d", name, observed, generation)
	case reconciling != nil && stalled != nil:
		b.t.Errorf("%s is both Reconciling and Stalled", name)
	case ready != nil && ready.Status == metav1.ConditionTrue && stalled != nil:
		b.t.Errorf("%s is Ready, but also Stalled: %+v", name, conditions)
	}
	for _, c := range conditions {
		if c.Reason == "" || c.ObservedGeneration > generation {
			b.t.Errorf("%s: condition %+v", name, c)
		}
		abnormal := c.Type == v1alpha1.ConditionReconciling || c.Type == v1alpha1.ConditionStalled
		if abnormal && c.Status != metav1.ConditionTrue {
			b.t.Errorf("%s: %s is %s; it should be absent", name, c.Type, c.Status)
		}
	}
}
