package company

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/retry"
)

// SetupWithManager registers the controller with a manager. Register the indexes of
// controllers/index first. Without a rate limiter in o, retry.Limiter is used.
func (r *Reconciler) SetupWithManager(m ctrl.Manager, o controller.Options) error {
	if o.RateLimiter == nil {
		o.RateLimiter = retry.Limiter()
	}
	err := ctrl.NewControllerManagedBy(m).Named("company").
		// The controller's own status writes must not trigger it.
		For(&v1alpha1.Company{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.CrawlJob{}, handler.EnqueueRequestsFromMapFunc(companyOfJob), builder.WithPredicates(jobStateChanged())).
		WithOptions(o).Complete(retry.UntilShutdown(r))
	if err != nil {
		return fmt.Errorf("set up the Company controller: %w", err)
	}
	return nil
}

// companyOfJob returns the Company that a job names.
func companyOfJob(_ context.Context, obj client.Object) []reconcile.Request {
	job, ok := obj.(*v1alpha1.CrawlJob)
	if !ok || job.Spec.CompanyRef == nil {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: job.Namespace, Name: job.Spec.CompanyRef.Name}}}
}

// jobStateChanged passes the events of a job that affect its Company: the job is created,
// starts, finishes, is suspended or resumed, or is deleted. It drops progress updates.
func jobStateChanged() predicate.Predicate {
	return predicate.Funcs{
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, ok := e.ObjectOld.(*v1alpha1.CrawlJob)
			after, ok2 := e.ObjectNew.(*v1alpha1.CrawlJob)
			return ok && ok2 && (before.Active() != after.Active() || before.Finished() != after.Finished() || before.Spec.Suspend != after.Spec.Suspend)
		},
	}
}
