package crawljob

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// turnPoll is how often a job looks whether it is its turn, or its Company there,
// beside the events of those: an event whose jobs could not be listed is lost.
const turnPoll = 30 * time.Second

// admit finds what to crawl, holds a job that is suspended, and lets one job of a
// company crawl at a time.
func (r *Reconciler) admit(ctx context.Context, v *visit) error {
	if v.job.Spec.Stop && !v.job.Active() {
		return r.stop(ctx, v)
	}
	if v.job.Spec.Suspend && !v.job.Spec.Stop {
		return r.suspend(ctx, v)
	}
	if meta.IsStatusConditionTrue(v.job.Status.Conditions, v1alpha1.ConditionSuspended) {
		v.Tell(corev1.EventTypeNormal, "Resumed", "Resume", "The crawl goes on where it was.")
	}
	v.unset(v1alpha1.ConditionSuspended)
	waits, err := r.resolve(ctx, v)
	if err != nil || waits {
		return err
	}
	if v.job.Active() {
		return nil
	}
	other, err := r.before(ctx, v.job)
	if err != nil {
		return err
	}
	if other != "" {
		v.progressing(v1alpha1.ReasonPending, fmt.Sprintf("Waits for CrawlJob %s of the same company to end.", other))
		return v.Stop(turnPoll)
	}
	return nil
}

// stop ends a job that is at nothing: it waits for its turn, or is suspended with
// what it has found.
func (r *Reconciler) stop(ctx context.Context, v *visit) error {
	switch rec, err := r.Runner.Observe(ctx, v.job.RunID()); {
	case errors.Is(err, store.ErrNotFound):
		v.finish(v1alpha1.ConditionComplete, v1alpha1.ReasonStopped, "The crawl was stopped before it began.")
		return nil
	case err != nil:
		return fmt.Errorf("stop the crawl: %w", err)
	default:
		if err := r.Runner.Ask(ctx, rec.ID, store.RequestStop); err != nil {
			return fmt.Errorf("stop the crawl: %w", err)
		}
		begun := metav1.NewTime(rec.CreatedAt)
		v.job.Status.StartTime, v.job.Status.RunID = &begun, rec.ID
		return r.observe(ctx, v)
	}
}

// suspend holds the job. Its run, if there is one, ends and is gone on with later.
func (r *Reconciler) suspend(ctx context.Context, v *visit) error {
	const message = "The crawl is suspended; set spec.suspend to false to let it go on."
	rec, err := r.Runner.Observe(ctx, v.job.RunID())
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return fmt.Errorf("suspend the crawl: %w", err)
	case rec.State == store.RunPending || rec.State == store.RunRunning:
		if err := r.Runner.Ask(ctx, rec.ID, store.RequestSuspend); err != nil {
			return fmt.Errorf("suspend the crawl: %w", err)
		}
		v.Again = cancelPoll
	case rec.State == store.RunComplete || rec.State == store.RunFailed && !retryable(rec.StopReason):
		return nil // it has ended meanwhile: observe says how
	}
	if v.job.Status.Reason != v1alpha1.ReasonSuspended {
		v.Tell(corev1.EventTypeNormal, v1alpha1.ReasonSuspended, "Suspend", message)
	}
	v.job.Status.Reason, v.job.Status.Message = v1alpha1.ReasonSuspended, message
	v.set(v1alpha1.ConditionSuspended, metav1.ConditionTrue, v1alpha1.ReasonSuspended, message)
	v.set(v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonSuspended, message)
	v.unset(v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled)
	// As batch/v1 has it: the deadline begins anew when the job goes on, and another
	// job of the company may crawl meanwhile.
	if v.Again == 0 {
		v.job.Status.StartTime = nil
	}
	return v.Stop(v.Again)
}

// resolve finds the target. A Company that is not there is waited for: its creation
// is an event for the jobs that name it.
func (r *Reconciler) resolve(ctx context.Context, v *visit) (waits bool, err error) {
	if v.job.Spec.CompanyRef == nil {
		v.target = v.job.Spec.Company
		return false, nil
	}
	c := &v1alpha1.Company{}
	name := types.NamespacedName{Namespace: v.job.Namespace, Name: v.job.Spec.CompanyRef.Name}
	err = r.Client.Get(ctx, name, c)
	switch {
	case apierrors.IsNotFound(err):
		v.progressing(v1alpha1.ReasonPending, fmt.Sprintf("There is no Company %s in namespace %s: create it, or delete this CrawlJob.", name.Name, name.Namespace))
		return true, v.Stop(turnPoll)
	case err != nil:
		return false, fmt.Errorf("find Company %s: %w", name, err)
	case c.DeletionTimestamp != nil && !v.job.Active():
		v.finish(v1alpha1.ConditionFailed, v1alpha1.ReasonInvalidSpec, fmt.Sprintf("Company %s is being deleted; create it anew before you crawl it.", name.Name))
		return true, nil
	}
	v.target = &c.Spec.Target
	return false, nil
}

// CompanyIndex is the field of CrawlJobs by which those of one company are listed.
const CompanyIndex = "company"

// before names a job of the same company whose turn it is before this one: one that
// is active, or one that is older and only waits.
func (r *Reconciler) before(ctx context.Context, job *v1alpha1.CrawlJob) (string, error) {
	jobs := &v1alpha1.CrawlJobList{}
	if err := r.Client.List(ctx, jobs, client.InNamespace(job.Namespace), client.MatchingFields{CompanyIndex: job.CompanyKey()}); err != nil {
		return "", fmt.Errorf("list the company's CrawlJobs: %w", err)
	}
	for i := range jobs.Items {
		other := &jobs.Items[i]
		if other.UID == job.UID || other.Finished() || other.DeletionTimestamp != nil && !other.Active() {
			continue
		}
		if other.Active() || !other.Spec.Suspend && older(other, job) {
			return other.Name, nil
		}
	}
	return "", nil
}

func older(a, b *v1alpha1.CrawlJob) bool {
	if a.Spec.Priority != b.Spec.Priority {
		return a.Spec.Priority > b.Spec.Priority
	}
	if !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
		return a.CreationTimestamp.Before(&b.CreationTimestamp)
	}
	return a.Name < b.Name
}
