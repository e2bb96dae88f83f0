package company

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
)

// maxRequeue bounds the delay until the next reconcile: timers stop while a laptop sleeps.
const maxRequeue = 10 * time.Minute

// schedule creates a CrawlJob when one is due: at once for a new Company, and then at each
// time of its schedule. It skips a time while another job blocks the schedule. After an
// outage, one job makes up for all missed times.
func (r *Reconciler) schedule(ctx context.Context, s *companyScope) error {
	c := s.company
	if c.Spec.Schedule == nil || c.Spec.Suspend {
		c.Status.NextCrawlTime = nil
		s.setConditions(unscheduledMessage(c))
		return nil
	}
	table, err := parseSchedule(c)
	if err != nil {
		c.Status.NextCrawlTime = nil
		if stalled := meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionStalled); stalled == nil || stalled.Message != err.Error() {
			s.RecordEvent(corev1.EventTypeWarning, v1alpha1.ReasonInvalidSpec, "Schedule", err.Error())
		}
		s.SetStalled(v1alpha1.ReasonInvalidSpec, err.Error())
		return nil // a retry does not help: a user must correct the spec
	}
	now := s.Now()
	due := s.nextDue(table, now)
	if !due.After(now) {
		if s.blocking == nil {
			if err := r.createJob(ctx, s, due); err != nil {
				return err
			}
		}
		due = table.next(now)
	}
	due = s.afterCooldown(due)
	t := metav1.NewTime(due.UTC().Truncate(time.Second))
	c.Status.NextCrawlTime = &t
	s.setConditions(fmt.Sprintf("The next crawl is at %s.", t.UTC().Format(time.RFC3339)))
	s.RequeueWithin(min(max(due.Sub(now), time.Second), maxRequeue))
	return nil
}

// nextDue returns when the next crawl is due. This is the time in the status, which may be
// past, unless it is in the future and the spec has changed.
func (s *companyScope) nextDue(table *timetable, now time.Time) time.Time {
	status := &s.company.Status
	switch {
	case s.blocking == nil && s.last == nil && status.LastCrawl == nil && status.NextCrawlTime == nil:
		return now // a new Company
	case status.NextCrawlTime == nil || status.ObservedGeneration != s.company.Generation && status.NextCrawlTime.After(now):
		return s.afterCooldown(table.next(now))
	}
	return status.NextCrawlTime.Time
}

// afterCooldown returns a due time, or the end of the cooldown after the last crawl if that
// is later.
func (s *companyScope) afterCooldown(due time.Time) time.Time {
	last, cooldown := s.company.Status.LastCrawl, s.company.Spec.Cooldown
	if last == nil || last.CompletionTime == nil || cooldown == nil {
		return due
	}
	if until := last.CompletionTime.Add(cooldown.Duration); until.After(due) {
		return until
	}
	return due
}

// unscheduledMessage explains why a Company has no next crawl.
func unscheduledMessage(c *v1alpha1.Company) string {
	if c.Spec.Suspend {
		return "The schedule is suspended; set spec.suspend to false to resume it."
	}
	return "There is no schedule; create a CrawlJob to crawl the company."
}

// setConditions sets the conditions from the jobs of the Company. idle is the message while
// no job blocks the schedule.
func (s *companyScope) setConditions(idle string) {
	last := s.company.Status.LastCrawl
	switch {
	case s.blocking != nil:
		// The status of the job distinguishes running from waiting. Doing so here would
		// cost a second status write for each crawl.
		s.SetReconciling(v1alpha1.ReasonRunning, fmt.Sprintf("CrawlJob %s is running or waiting.", s.blocking.Name))
	case last != nil && v1alpha1.IsFailure(last.Reason):
		s.SetStalled(last.Reason, fmt.Sprintf("The last crawl failed: %s %s", last.Message, idle))
	default:
		s.SetReady(v1alpha1.ReasonSucceeded, idle)
	}
}
