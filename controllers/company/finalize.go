package company

import (
	"context"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/scope"
)

// deletionPoll is how often a Company that is being deleted is reconciled in addition to the
// events of its jobs.
const deletionPoll = 2 * time.Second

// finalize cleans up after a Company that is being deleted. It deletes the jobs, because
// standalone mode has no garbage collector, and waits until they are gone. It then deletes
// the stored records, if the deletion policy is Delete, and removes the finalizer. It retains
// the records if the Company is deleted only because its definition is.
func (r *Reconciler) finalize(ctx context.Context, s *companyScope) error {
	if s.company.DeletionTimestamp == nil {
		return nil
	}
	s.End(0)
	if !controllerutil.ContainsFinalizer(s.company, v1alpha1.CompanyFinalizer) {
		s.SkipStatusUpdate()
		return nil
	}
	if err := r.listJobs(ctx, s); err != nil {
		return err
	}
	for i := range s.jobs {
		job := &s.jobs[i]
		if job.DeletionTimestamp != nil {
			continue
		}
		if err := r.Client.Delete(ctx, job); client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("delete CrawlJob %s: %w", job.Name, err)
		}
	}
	if len(s.jobs) > 0 {
		s.SetReconciling(v1alpha1.ReasonDeleting, fmt.Sprintf("The Company is being deleted: waiting for %d of its CrawlJobs to be deleted.", len(s.jobs)))
		s.End(deletionPoll)
		return nil
	}
	retained := false
	if s.company.Spec.DeletionPolicy == v1alpha1.DeletionDelete {
		var wait time.Duration
		var err error
		if retained, wait, err = r.definitionBeingDeleted(ctx, s); err != nil {
			return err
		}
		if wait > 0 {
			s.SetReconciling(v1alpha1.ReasonDeleting, "The Company is being deleted: waiting to learn whether the definition of Companies is being deleted too.")
			s.End(wait)
			return nil
		}
	}
	if s.company.Spec.DeletionPolicy == v1alpha1.DeletionDelete && !retained {
		if err := r.Records.Delete(ctx, storeKey(s.company)); err != nil {
			return fmt.Errorf("delete the records: %w", scope.StoreError(err))
		}
	}
	s.SkipStatusUpdate()
	if err := s.RemoveFinalizer(ctx, v1alpha1.CompanyFinalizer); err != nil {
		return err
	}
	if retained {
		r.reportRetained(ctx, s.company)
	}
	return nil
}

// ensureFinalizer adds the finalizer before a job is created.
func (r *Reconciler) ensureFinalizer(ctx context.Context, s *companyScope) error {
	return s.EnsureMetadata(ctx, v1alpha1.CompanyFinalizer, nil)
}
