package company

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/index"
)

// listJobs reads the CrawlJobs that name the Company, including those that users created.
func (r *Reconciler) listJobs(ctx context.Context, s *companyScope) error {
	list := &v1alpha1.CrawlJobList{}
	if err := r.Client.List(ctx, list, client.InNamespace(s.company.Namespace), index.ByCompany(storeKey(s.company))); err != nil {
		return fmt.Errorf("list the CrawlJobs: %w", err)
	}
	for i := range list.Items {
		// The inline company of a job may have the same store key.
		if ref := list.Items[i].Spec.CompanyRef; ref != nil && ref.Name == s.company.Name {
			s.jobs = append(s.jobs, list.Items[i])
		}
	}
	slices.SortFunc(s.jobs, func(a, b v1alpha1.CrawlJob) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	for i := range s.jobs {
		job := &s.jobs[i]
		// A suspended job does not block the schedule: it may stay suspended for long.
		if job.Active() || job.Waiting() && s.blocking == nil {
			s.blocking = job
		}
		finished := job.Finished() && job.DeletionTimestamp == nil
		if finished && (s.last == nil || !s.last.Status.CompletionTime.After(job.Status.CompletionTime.Time)) {
			s.last = job
		}
	}
	return nil
}
