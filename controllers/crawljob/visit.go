package crawljob

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
)

// visit is one pass over one CrawlJob: the object as it was read, as the stages want
// it, and what is to happen when its status is written.
type visit struct {
	r      *Reconciler
	job    *v1alpha1.CrawlJob
	before *v1alpha1.CrawlJob
	target *v1alpha1.Target // what to crawl, once admitted
	done   bool             // no further stage has anything to do
	gone   bool             // the object is not there any more
	again  time.Duration    // when to look again; 0 is at the next event
	events []news
}

type news struct{ kind, reason, action, note string }

func (r *Reconciler) visit(job *v1alpha1.CrawlJob) *visit {
	return &visit{r: r, job: job, before: job.DeepCopy()}
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

// close writes the status if the stages changed it, then sends the events. A write
// that met a newer object is no error: the newer one is on its way here.
func (v *visit) close(ctx context.Context, err error) (ctrl.Result, error) {
	v.job.Status.ObservedGeneration = v.job.Generation
	changed := !v.gone && !equality.Semantic.DeepEqual(v.before.Status, v.job.Status)
	if changed {
		// The version is compared: a status that was made of an old object must not
		// overwrite that of a newer one.
		patch := client.MergeFromWithOptions(v.before, client.MergeFromWithOptimisticLock{})
		werr := v.r.Client.Status().Patch(ctx, v.job.DeepCopy(), patch)
		switch {
		case apierrors.IsConflict(werr), apierrors.IsNotFound(werr):
			return ctrl.Result{RequeueAfter: conflictDelay}, err
		case werr != nil:
			return ctrl.Result{}, errors.Join(err, fmt.Errorf("write the status: %w", werr))
		}
	}
	if changed { // news that changes nothing was told before
		for _, e := range v.events {
			v.r.Recorder.Eventf(v.job, nil, e.kind, e.reason, e.action, "%s", e.note)
		}
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{RequeueAfter: v.again}, nil
}

// conflictDelay gives the cache time to show the object that a write conflicted with.
const conflictDelay = 200 * time.Millisecond

// set replaces a condition.
func (v *visit) set(kind string, status metav1.ConditionStatus, reason, message string) {
	meta.SetStatusCondition(&v.job.Status.Conditions, metav1.Condition{
		Type: kind, Status: status, Reason: reason, Message: message,
		ObservedGeneration: v.job.Generation, LastTransitionTime: metav1.NewTime(v.r.now()),
	})
}

func (v *visit) unset(kinds ...string) {
	for _, k := range kinds {
		meta.RemoveStatusCondition(&v.job.Status.Conditions, k)
	}
}

// progressing says that the job is on its way, and what it waits for.
func (v *visit) progressing(reason, message string) {
	message = sentence(message)
	v.job.Status.Reason, v.job.Status.Message = reason, message
	v.set(v1alpha1.ConditionReady, metav1.ConditionFalse, reason, message)
	v.set(v1alpha1.ConditionReconciling, metav1.ConditionTrue, reason, message)
	v.unset(v1alpha1.ConditionStalled)
}

// finish makes the job final: kind is Complete or Failed.
func (v *visit) finish(kind, reason, message string) {
	message = sentence(message)
	now := metav1.NewTime(v.r.now())
	v.job.Status.Reason, v.job.Status.Message, v.job.Status.CompletionTime = reason, message, &now
	v.done, v.again = true, 0
	if ttl := v.job.Spec.TTLSecondsAfterFinished; ttl != nil {
		v.again = max(time.Duration(*ttl)*time.Second, conflictDelay) // it is to expire
	}
	v.unset(v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled, v1alpha1.ConditionSuspended)
	v.set(kind, metav1.ConditionTrue, reason, message)
	if kind == v1alpha1.ConditionComplete {
		v.set(v1alpha1.ConditionReady, metav1.ConditionTrue, reason, message)
		v.tell(corev1.EventTypeNormal, reason, "Crawl", message)
		return
	}
	v.set(v1alpha1.ConditionReady, metav1.ConditionFalse, reason, message)
	v.set(v1alpha1.ConditionStalled, metav1.ConditionTrue, reason, message)
	v.tell(corev1.EventTypeWarning, reason, "Crawl", message)
}

// maxMessage is the bound of a message in the schema, in bytes.
const maxMessage = 1024

// sentence bounds a message at a rune.
func sentence(s string) string {
	if len(s) <= maxMessage {
		return s
	}
	s = s[:maxMessage-len("…")]
	for len(s) > 0 && s[len(s)-1]&0xc0 == 0x80 {
		s = s[:len(s)-1]
	}
	return s[:max(len(s)-1, 0)] + "…"
}
