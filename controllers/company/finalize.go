package company

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/clausea/crawler/api/v1alpha1"
)

// deletePoll is how often a Company that is being deleted looks for its last jobs,
// beside their events.
const deletePoll = 2 * time.Second

// finalize deletes the jobs of a Company that is being deleted (there is no garbage
// collector without Kubernetes), then what is kept of it if its policy says so, and
// takes the finalizer off.
func (r *Reconciler) finalize(ctx context.Context, v *visit) error {
	if v.company.DeletionTimestamp == nil {
		return nil
	}
	v.done, v.gone = true, true
	if !controllerutil.ContainsFinalizer(v.company, v1alpha1.CompanyFinalizer) {
		return nil
	}
	if err := r.jobs(ctx, v); err != nil {
		return err
	}
	for i := range v.owned {
		job := &v.owned[i]
		if job.DeletionTimestamp != nil {
			continue
		}
		if err := r.Client.Delete(ctx, job); client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("delete CrawlJob %s: %w", job.Name, err)
		}
	}
	if len(v.owned) > 0 {
		return v.stop(deletePoll)
	}
	if v.company.Spec.DeletionPolicy == v1alpha1.DeletionDelete {
		if err := r.Documents.Delete(ctx, key(v.company)); err != nil {
			return fmt.Errorf("delete what is kept of it: %w", err)
		}
	}
	controllerutil.RemoveFinalizer(v.company, v1alpha1.CompanyFinalizer)
	if err := r.Client.Patch(ctx, v.company.DeepCopy(), client.MergeFrom(v.before)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("take the finalizer off: %w", err)
	}
	return nil
}

// hold puts the finalizer on, before there is anything that would be left behind.
func (r *Reconciler) hold(ctx context.Context, v *visit) error {
	if !controllerutil.AddFinalizer(v.company, v1alpha1.CompanyFinalizer) {
		return nil
	}
	written := v.company.DeepCopy()
	err := r.Client.Patch(ctx, written, client.MergeFromWithOptions(v.before, client.MergeFromWithOptimisticLock{}))
	switch {
	case apierrors.IsConflict(err), apierrors.IsNotFound(err): // the cache is behind
		v.gone = true
		return v.stop(conflictDelay)
	case err != nil:
		return fmt.Errorf("put the finalizer on: %w", err)
	}
	v.company, v.before = written, written.DeepCopy()
	return nil
}

func key(c *v1alpha1.Company) string { return v1alpha1.StoreKey(c.Namespace, c.Name) }
