package company

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/scope"
)

// defaultHistoryLimit is the default of both limits in the schema.
const defaultHistoryLimit = 3

// limitHistory deletes the oldest Complete and Failed jobs that exceed the limits.
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
				s.RequeueWithin(scope.ConflictDelay) // summarize must record its result first
				continue
			}
			if err := r.Client.Delete(ctx, job); client.IgnoreNotFound(err) != nil {
				return fmt.Errorf("delete CrawlJob %s, which exceeds the history limits: %w", job.Name, err)
			}
		}
	}
	return nil
}

// scheduledJobs returns the jobs that the schedule created and that finished with an
// outcome, oldest first. Users delete the jobs that they created.
func (s *companyScope) scheduledJobs(outcome string) []*v1alpha1.CrawlJob {
	var jobs []*v1alpha1.CrawlJob
	for i := range s.jobs {
		job := &s.jobs[i]
		if job.DeletionTimestamp == nil && job.Trigger() == v1alpha1.TriggerSchedule && meta.IsStatusConditionTrue(job.Status.Conditions, outcome) {
			jobs = append(jobs, job)
		}
	}
	return jobs
}
