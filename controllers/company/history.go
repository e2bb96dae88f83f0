package company

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/index"
	"github.com/clausea/crawler/controllers/scope"
)

// defaultHistoryLimit is the default of the schema for both limits.
const defaultHistoryLimit = 3

// listJobs reads all CrawlJobs that name the Company, including those that users created.
func (r *Reconciler) listJobs(ctx context.Context, s *companyScope) error {
	list := &v1alpha1.CrawlJobList{}
	if err := r.Client.List(ctx, list, client.InNamespace(s.company.Namespace), index.ByCompany(storeKey(s.company))); err != nil {
		return fmt.Errorf("list its CrawlJobs: %w", err)
	}
	for i := range list.Items {
		if ref := list.Items[i].Spec.CompanyRef; ref != nil && ref.Name == s.company.Name {
			s.jobs = append(s.jobs, list.Items[i])
		}
	}
	slices.SortFunc(s.jobs, func(a, b v1alpha1.CrawlJob) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	for i := range s.jobs {
		switch job := &s.jobs[i]; {
		case job.DeletionTimestamp != nil && !job.Active():
		case !job.Finished():
			if job.Spec.Suspend && !job.Active() {
				continue // it may stay suspended for long, and does not block other jobs
			}
			if s.unfinished == nil || job.Active() {
				s.unfinished = job
			}
		case s.last == nil || !s.last.Status.CompletionTime.After(job.Status.CompletionTime.Time):
			s.last = job
		}
	}
	return nil
}

// limitHistory deletes the oldest finished jobs beyond the limits for each outcome.
func (r *Reconciler) limitHistory(ctx context.Context, s *companyScope) error {
	successful, failed := int32(defaultHistoryLimit), int32(defaultHistoryLimit)
	if h := s.company.Spec.HistoryLimits; h != nil {
		if h.Successful != nil {
			successful = *h.Successful
		}
		if h.Failed != nil {
			failed = *h.Failed
		}
	}
	for outcome, limit := range map[string]int32{v1alpha1.ConditionComplete: successful, v1alpha1.ConditionFailed: failed} {
		jobs := s.scheduledJobs(outcome)
		for _, job := range jobs[:max(len(jobs)-int(limit), 0)] {
			if job == s.last && !s.lastIsRecorded() {
				s.RequeueWithin(scope.ConflictDelay) // deleting it now would lose its result
				continue
			}
			if err := r.Client.Delete(ctx, job); client.IgnoreNotFound(err) != nil {
				return fmt.Errorf("delete CrawlJob %s beyond the history limits: %w", job.Name, err)
			}
		}
	}
	return nil
}

// scheduledJobs returns the finished jobs with an outcome that the schedule created. The
// jobs that users created are theirs to delete.
func (s *companyScope) scheduledJobs(outcome string) []*v1alpha1.CrawlJob {
	var jobs []*v1alpha1.CrawlJob
	for i := range s.jobs {
		job := &s.jobs[i]
		if job.DeletionTimestamp == nil && job.Labels[v1alpha1.LabelCompany] == s.company.Name && meta.IsStatusConditionTrue(job.Status.Conditions, outcome) {
			jobs = append(jobs, job)
		}
	}
	return jobs
}
