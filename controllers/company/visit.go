package company

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
)

// visit is one pass over one Company: the object as it was read, as the stages want
// it, and its CrawlJobs.
type visit struct {
	r       *Reconciler
	company *v1alpha1.Company
	before  *v1alpha1.Company
	owned   []v1alpha1.CrawlJob // its jobs, the oldest first
	active  *v1alpha1.CrawlJob  // one that is not finished, if any
	last    *v1alpha1.CrawlJob  // the newest that is finished, if any
	done    bool
	gone    bool
	again   time.Duration
	events  []news
}

type news struct{ kind, reason, action, note string }

func (r *Reconciler) visit(c *v1alpha1.Company) *visit {
	return &visit{r: r, company: c, before: c.DeepCopy()}
}

// stop ends the visit after this stage.
func (v *visit) stop(again time.Duration) error {
	v.done, v.again = true, again
	return nil
}

// tell sends an event once the status is written.
func (v *visit) tell(kind, reason, action, note string) {
	v.events = append(v.events, news{kind, reason, action, note})
}

// conflictDelay gives the cache time to show the object that a write conflicted with.
const conflictDelay = 200 * time.Millisecond

// close writes the status if the stages changed it, then sends the events.
func (v *visit) close(ctx context.Context, err error) (ctrl.Result, error) {
	v.company.Status.ObservedGeneration = v.company.Generation
	changed := !v.gone && !equality.Semantic.DeepEqual(v.before.Status, v.company.Status)
	if changed {
		patch := client.MergeFromWithOptions(v.before, client.MergeFromWithOptimisticLock{})
		werr := v.r.Client.Status().Patch(ctx, v.company.DeepCopy(), patch)
		switch {
		case apierrors.IsConflict(werr), apierrors.IsNotFound(werr):
			return ctrl.Result{RequeueAfter: conflictDelay}, err
		case werr != nil:
			return ctrl.Result{}, errors.Join(err, fmt.Errorf("write the status: %w", werr))
		}
	}
	if changed { // news that changes nothing was told before
		for _, e := range v.events {
			v.r.Recorder.Eventf(v.company, nil, e.kind, e.reason, e.action, "%s", e.note)
		}
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{RequeueAfter: v.again}, nil
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
