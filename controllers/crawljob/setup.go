package crawljob

import (
	"context"
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/index"
	"github.com/clausea/crawler/controllers/retry"
)

// SetupWithManager registers the controller with a manager. Register the indexes of
// controllers/index first. Without a rate limiter in o, retry.Limiter is used.
func (r *Reconciler) SetupWithManager(m ctrl.Manager, o controller.Options) error {
	if o.RateLimiter == nil {
		o.RateLimiter = retry.Limiter()
	}
	b := ctrl.NewControllerManagedBy(m).Named("crawljob").
		// The controller's own status writes must not trigger it.
		For(&v1alpha1.CrawlJob{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.Company{}, handler.EnqueueRequestsFromMapFunc(r.jobsOfCompany), builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.CrawlJob{}, handler.EnqueueRequestsFromMapFunc(r.jobsOfSameCompany), builder.WithPredicates(becameInactive())).
		WithOptions(o)
	// The controller polls the store for the end of a run. The following watches report
	// it at once.
	if r.RunEnded != nil {
		b = b.WatchesRawSource(source.TypedChannel(r.RunEnded, handler.TypedEnqueueRequestsFromMapFunc(r.jobsOfCompanyKey)))
	}
	if r.WatchKubernetesJobs {
		b = b.Owns(&batchv1.Job{}, builder.WithPredicates(kubernetesJobFinished()))
	}
	if err := b.Complete(retry.UntilShutdown(r)); err != nil {
		return fmt.Errorf("set up the CrawlJob controller: %w", err)
	}
	return nil
}

// jobsOfCompany returns the unfinished jobs of a Company.
func (r *Reconciler) jobsOfCompany(ctx context.Context, obj client.Object) []reconcile.Request {
	return r.unfinishedJobs(ctx, obj.GetNamespace(), v1alpha1.StoreKey(obj.GetNamespace(), obj.GetName()))
}

// jobsOfSameCompany returns the unfinished jobs of the company of a job.
func (r *Reconciler) jobsOfSameCompany(ctx context.Context, obj client.Object) []reconcile.Request {
	job, ok := obj.(*v1alpha1.CrawlJob)
	if !ok {
		return nil
	}
	return r.unfinishedJobs(ctx, job.Namespace, job.CompanyKey())
}

// jobsOfCompanyKey returns the unfinished jobs of a company by its store key.
func (r *Reconciler) jobsOfCompanyKey(ctx context.Context, company string) []reconcile.Request {
	return r.unfinishedJobs(ctx, v1alpha1.NamespaceOf(company), company)
}

func (r *Reconciler) unfinishedJobs(ctx context.Context, namespace, company string) []reconcile.Request {
	jobs := &v1alpha1.CrawlJobList{}
	if err := r.Client.List(ctx, jobs, client.InNamespace(namespace), index.ByCompany(company)); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "failed to list the crawl jobs of a company", "company", company)
		return nil
	}
	var out []reconcile.Request
	for i := range jobs.Items {
		if !jobs.Items[i].Finished() {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&jobs.Items[i])})
		}
	}
	return out
}

// kubernetesJobFinished passes the events in which a Kubernetes Job ends or is deleted.
func kubernetesJobFinished() predicate.Predicate {
	finished := func(obj client.Object) bool {
		j, ok := obj.(*batchv1.Job)
		return ok && slices.ContainsFunc(j.Status.Conditions, func(c batchv1.JobCondition) bool {
			return c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed)
		})
	}
	return transition(finished)
}

// becameInactive passes the events after which another job of the company may start: a
// job finishes, is interrupted by spec.suspend, or is deleted.
func becameInactive() predicate.Predicate {
	return transition(func(obj client.Object) bool {
		job, ok := obj.(*v1alpha1.CrawlJob)
		return ok && !job.Active()
	})
}

// transition passes the updates after which an object begins to satisfy is, and all
// deletions.
func transition(is func(client.Object) bool) predicate.Predicate {
	p := predicate.NewPredicateFuncs(func(client.Object) bool { return false })
	p.UpdateFunc = func(e event.UpdateEvent) bool { return !is(e.ObjectOld) && is(e.ObjectNew) }
	p.DeleteFunc = func(event.DeleteEvent) bool { return true }
	return p
}
