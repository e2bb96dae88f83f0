package crawljob

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/pass"
)

// visit is one pass over one CrawlJob: the object as it was read, as the stages want
// it, and what is to happen when its status is written.
type visit struct {
	pass.Pass
	r      *Reconciler
	job    *v1alpha1.CrawlJob
	before *v1alpha1.CrawlJob
	target *v1alpha1.Target // what to crawl, once admitted
}

func (r *Reconciler) visit(job *v1alpha1.CrawlJob) *visit {
	return &visit{r: r, Pass: pass.Pass{Client: r.Client, Recorder: r.Recorder}, job: job, before: job.DeepCopy()}
}

// close writes the status if the stages changed it, then sends the events.
func (v *visit) close(ctx context.Context, err error) (ctrl.Result, error) {
	if err == nil { // else a later stage has yet to see the spec
		v.job.Status.ObservedGeneration = v.job.Generation
	}
	return v.Close(ctx, v.job, v.before, !equality.Semantic.DeepEqual(v.before.Status, v.job.Status), err)
}

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
	v.Done, v.Again = true, 0
	if ttl := v.job.Spec.TTLSecondsAfterFinished; ttl != nil {
		v.Again = max(time.Duration(*ttl)*time.Second, pass.ConflictDelay) // it is to expire
	}
	v.unset(v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled, v1alpha1.ConditionSuspended)
	v.set(kind, metav1.ConditionTrue, reason, message)
	if kind == v1alpha1.ConditionComplete {
		v.set(v1alpha1.ConditionReady, metav1.ConditionTrue, reason, message)
		v.Tell(corev1.EventTypeNormal, reason, "Crawl", message)
		return
	}
	v.set(v1alpha1.ConditionReady, metav1.ConditionFalse, reason, message)
	v.set(v1alpha1.ConditionStalled, metav1.ConditionTrue, reason, message)
	v.Tell(corev1.EventTypeWarning, reason, "Crawl", message)
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
