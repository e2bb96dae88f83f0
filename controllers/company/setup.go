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

// SetupWithManager registers the controller; o bounds its concurrency and rate. The
// index of CrawlJobs by company is the crawljob controller's.
func (r *Reconciler) SetupWithManager(m ctrl.Manager, o controller.Options) error {
	if o.RateLimiter == nil {
		o.RateLimiter = retry.Limiter()
	}
	err := ctrl.NewControllerManagedBy(m).Named("company").
		// What the controller itself writes to the status is no news to it.
		For(&v1alpha1.Company{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.CrawlJob{}, handler.EnqueueRequestsFromMapFunc(companyOf), builder.WithPredicates(turned())).
		WithOptions(o).Complete(r)
	if err != nil {
		return fmt.Errorf("set up the controller of Companies: %w", err)
	}
	return nil
}

func companyOf(_ context.Context, obj client.Object) []reconcile.Request {
	job, ok := obj.(*v1alpha1.CrawlJob)
	if !ok || job.Spec.CompanyRef == nil {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: job.Namespace, Name: job.Spec.CompanyRef.Name}}}
}

// turned lets through what changes a Company's status: a job that is made, begins,
// ends, is held or goes. Its progress does not.
func turned() predicate.Predicate {
	return predicate.Funcs{
		UpdateFunc: func(e event.UpdateEvent) bool {
			old, ok := e.ObjectOld.(*v1alpha1.CrawlJob)
			cur, ok2 := e.ObjectNew.(*v1alpha1.CrawlJob)
			return ok && ok2 && (old.Active() != cur.Active() || old.Finished() != cur.Finished() || old.Spec.Suspend != cur.Spec.Suspend)
		},
	}
}
