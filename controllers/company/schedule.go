package company

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
)

// maxRequeue bounds the delay until the next reconcile: timers stop while a laptop sleeps.
const maxRequeue = 10 * time.Minute

// schedule creates a CrawlJob when one is due: at once for a new Company, and then at each
// time of its schedule. It skips a time while another job blocks the schedule, and the times
// within the cooldown. After an outage, one job makes up for all missed times.
func (r *Reconciler) schedule(ctx context.Context, s *companyScope) error {
	c := s.company
	if err := c.Spec.Validate("spec"); err != nil {
		s.setInvalid(err)
		return nil // a retry does not help: a user must correct the spec
	}
	if c.Spec.Schedule == nil || c.Spec.Suspend {
		c.Status.NextCrawlTime = nil
		s.setConditions(unscheduledMessage(c))
		return nil
	}
	table, err := parseSchedule(c)
	if err != nil {
		s.setInvalid(err)
		return nil
	}
	now := s.Now()
	due := s.afterCooldown(table, s.nextDue(table, now))
	if !due.After(now) {
		if s.blocking == nil {
			if err := r.createJob(ctx, s, due); err != nil {
				return err
			}
		}
		due = s.afterCooldown(table, table.next(now))
	}
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
		return table.next(now)
	}
	return status.NextCrawlTime.Time
}

// afterCooldown returns a due time, or the first time of the schedule after the cooldown if the
// due time is within it. The cooldown starts when the last crawl ends.
func (s *companyScope) afterCooldown(table *timetable, due time.Time) time.Time {
	last, cooldown := s.company.Status.LastCrawl, s.company.Spec.Cooldown
	if last == nil || last.CompletionTime == nil || cooldown == nil {
		return due
	}
	if until := last.CompletionTime.Add(cooldown.Duration); until.After(due) {
		return table.next(until.Add(-time.Nanosecond)) // next excludes its argument
	}
	return due
}

// unscheduledMessage explains why a Company has no next crawl.
func unscheduledMessage(c *v1alpha1.Company) string {
	if c.Spec.Suspend {
		return suspendedMessage
	}
	return "No schedule is set; create a CrawlJob to start a crawl."
}
