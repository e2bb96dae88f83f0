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
	"github.com/clausea/crawler/controllers/retry"
)

// SetupWithManager registers the controller; o bounds its concurrency and rate.
func (r *Reconciler) SetupWithManager(ctx context.Context, m ctrl.Manager, o controller.Options) error {
	err := m.GetFieldIndexer().IndexField(ctx, &v1alpha1.CrawlJob{}, CompanyIndex, func(obj client.Object) []string {
		job, ok := obj.(*v1alpha1.CrawlJob)
		if !ok {
			return nil
		}
		return []string{job.CompanyKey()}
	})
	if err != nil {
		return fmt.Errorf("index CrawlJobs by company: %w", err)
	}
	if o.RateLimiter == nil {
		o.RateLimiter = retry.Limiter()
	}
	b := ctrl.NewControllerManagedBy(m).Named("crawljob").
		// What the controller itself writes to the status is no news to it.
		For(&v1alpha1.CrawlJob{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.Company{}, handler.EnqueueRequestsFromMapFunc(r.ofCompany), builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.CrawlJob{}, handler.EnqueueRequestsFromMapFunc(r.nextInLine), builder.WithPredicates(ended())).
		WithOptions(o)
	// Who works on a run tells the store, which is looked at from time to time. That
	// time is not waited for where the end can be seen.
	if r.Ended != nil {
		b = b.WatchesRawSource(source.TypedChannel(r.Ended, handler.TypedEnqueueRequestsFromMapFunc(r.ofRun)))
	}
	if r.Jobs {
		b = b.Owns(&batchv1.Job{}, builder.WithPredicates(over()))
	}
	if err := b.Complete(r); err != nil {
		return fmt.Errorf("set up the controller of CrawlJobs: %w", err)
	}
	return nil
}

// ofCompany are the unfinished jobs that name a Company.
func (r *Reconciler) ofCompany(ctx context.Context, obj client.Object) []reconcile.Request {
	return r.unfinished(ctx, obj.GetNamespace(), v1alpha1.StoreKey(obj.GetNamespace(), obj.GetName()))
}

// nextInLine are the unfinished jobs of the company whose job has ended.
func (r *Reconciler) nextInLine(ctx context.Context, obj client.Object) []reconcile.Request {
	job, ok := obj.(*v1alpha1.CrawlJob)
	if !ok {
		return nil
	}
	return r.unfinished(ctx, job.Namespace, job.CompanyKey())
}

// ofRun are the unfinished jobs of the company of which a run has ended.
func (r *Reconciler) ofRun(ctx context.Context, company string) []reconcile.Request {
	return r.unfinished(ctx, v1alpha1.NamespaceOf(company), company)
}

func (r *Reconciler) unfinished(ctx context.Context, namespace, company string) []reconcile.Request {
	jobs := &v1alpha1.CrawlJobList{}
	if err := r.Client.List(ctx, jobs, client.InNamespace(namespace), client.MatchingFields{CompanyIndex: company}); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "company's crawl jobs not listed", "company", company)
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

// over lets through the end of a Kubernetes Job.
func over() predicate.Predicate {
	finished := func(obj client.Object) bool {
		j, ok := obj.(*batchv1.Job)
		return ok && slices.ContainsFunc(j.Status.Conditions, func(c batchv1.JobCondition) bool {
			return c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed)
		})
	}
	p := predicate.NewPredicateFuncs(func(client.Object) bool { return false })
	p.UpdateFunc = func(e event.UpdateEvent) bool { return !finished(e.ObjectOld) && finished(e.ObjectNew) }
	p.DeleteFunc = func(event.DeleteEvent) bool { return true }
	return p
}

// ended lets through the events that free a company: a job that is finished,
// suspended or gone.
func ended() predicate.Predicate {
	free := func(obj client.Object) bool {
		job, ok := obj.(*v1alpha1.CrawlJob)
		return ok && !job.Active()
	}
	p := predicate.NewPredicateFuncs(func(client.Object) bool { return false })
	p.UpdateFunc = func(e event.UpdateEvent) bool { return !free(e.ObjectOld) && free(e.ObjectNew) }
	p.DeleteFunc = func(event.DeleteEvent) bool { return true }
	return p
}
