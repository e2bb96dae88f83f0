package company

import (
	"context"
	"fmt"
	"time"

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
	v.Done, v.Gone = true, true
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
		return v.Stop(deletePoll)
	}
	if v.company.Spec.DeletionPolicy == v1alpha1.DeletionDelete {
		if err := r.Documents.Delete(ctx, key(v.company)); err != nil {
			return fmt.Errorf("delete what is kept of it: %w", err)
		}
	}
	return v.Release(ctx, v.company, v.before, v1alpha1.CompanyFinalizer)
}

// hold puts the finalizer on, before there is anything that would be left behind.
func (r *Reconciler) hold(ctx context.Context, v *visit) error {
	written := v.company.DeepCopy()
	changed, err := v.Hold(ctx, written, v.before, v1alpha1.CompanyFinalizer)
	if changed {
		v.company, v.before = written, written.DeepCopy()
	}
	return err
}

func key(c *v1alpha1.Company) string { return v1alpha1.StoreKey(c.Namespace, c.Name) }
