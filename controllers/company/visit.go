package company

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/pass"
)

// visit is one pass over one Company: the object as it was read, as the stages want
// it, and its CrawlJobs.
type visit struct {
	pass.Pass
	r       *Reconciler
	company *v1alpha1.Company
	before  *v1alpha1.Company
	owned   []v1alpha1.CrawlJob // its jobs, the oldest first
	active  *v1alpha1.CrawlJob  // one that is not finished, if any
	last    *v1alpha1.CrawlJob  // the newest that is finished, if any
}

func (r *Reconciler) visit(c *v1alpha1.Company) *visit {
	return &visit{r: r, Pass: pass.Pass{Client: r.Client, Recorder: r.Recorder}, company: c, before: c.DeepCopy()}
}

// close writes the status if the stages changed it, then sends the events.
func (v *visit) close(ctx context.Context, err error) (ctrl.Result, error) {
	if err == nil { // else a later stage has yet to see the spec
		v.company.Status.ObservedGeneration = v.company.Generation
	}
	return v.Close(ctx, v.company, v.before, !equality.Semantic.DeepEqual(v.before.Status, v.company.Status), err)
}

// look has the Company looked at again, soon enough for all stages that ask for it.
func (v *visit) look(again time.Duration) {
	if v.Again == 0 || again < v.Again {
		v.Again = again
	}
}

func (v *visit) set(kind string, status metav1.ConditionStatus, reason, message string) {
	meta.SetStatusCondition(&v.company.Status.Conditions, metav1.Condition{
		Type: kind, Status: status, Reason: reason, Message: message,
		ObservedGeneration: v.company.Generation, LastTransitionTime: metav1.NewTime(v.r.now()),
	})
}

func (v *visit) unset(kinds ...string) {
	for _, k := range kinds {
		meta.RemoveStatusCondition(&v.company.Status.Conditions, k)
	}
}

// ready says that nothing is to be done until the next event or time.
func (v *visit) ready(reason, message string) {
	v.unset(v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled)
	v.set(v1alpha1.ConditionReady, metav1.ConditionTrue, reason, message)
}

// progressing says that a crawl of the company waits or runs.
func (v *visit) progressing(reason, message string) {
	v.unset(v1alpha1.ConditionStalled)
	v.set(v1alpha1.ConditionReconciling, metav1.ConditionTrue, reason, message)
	v.set(v1alpha1.ConditionReady, metav1.ConditionFalse, reason, message)
}

// stalled says that only a person can help.
func (v *visit) stalled(reason, message string) {
	v.unset(v1alpha1.ConditionReconciling)
	v.set(v1alpha1.ConditionStalled, metav1.ConditionTrue, reason, message)
	v.set(v1alpha1.ConditionReady, metav1.ConditionFalse, reason, message)
}
