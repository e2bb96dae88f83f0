package company

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/clausea/crawler/api/v1alpha1"
)

// schedule has the company crawled when it is due: at once when it is new, then by
// its timetable, never while another crawl of it is on, and once after an outage
// however many times were missed.
func (r *Reconciler) schedule(ctx context.Context, v *visit) error {
	c := v.company
	if c.Spec.Schedule == nil || c.Spec.Suspend {
		c.Status.NextCrawlTime = nil
		v.summary(suspended(c))
		return nil
	}
	table, err := timetableOf(c)
	if err != nil {
		c.Status.NextCrawlTime = nil
		if !meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionStalled) {
			v.Tell(corev1.EventTypeWarning, v1alpha1.ReasonInvalidSpec, "Schedule", err.Error())
		}
		v.stalled(v1alpha1.ReasonInvalidSpec, err.Error())
		return nil // a person has to correct it
	}
	now := r.now()
	due := v.due(table, now)
	if !due.After(now) {
		if v.active != nil {
			due = table.next(now) // no overlap: this time is passed over
		} else if err := r.crawl(ctx, v, due); err != nil {
			return err
		} else {
			due = table.next(now)
		}
	}
	due = v.cool(due)
	t := metav1.NewTime(due.UTC().Truncate(time.Second))
	c.Status.NextCrawlTime = &t
	v.summary(fmt.Sprintf("The next crawl is at %s.", t.UTC().Format(time.RFC3339)))
	v.look(min(max(due.Sub(now), time.Second), wakeEvery))
	return nil
}

// wakeEvery bounds the wait for a time of the clock: timers stand still while a laptop
// sleeps.
const wakeEvery = 10 * time.Minute

// due is when the next crawl is due. What the status says holds while the spec is the
// same; it lies in the past after an outage.
func (v *visit) due(table *timetable, now time.Time) time.Time {
	s := &v.company.Status
	switch {
	case v.active == nil && v.last == nil && s.LastCrawl == nil && s.NextCrawlTime == nil:
		return now // a new Company is crawled at once
	case s.NextCrawlTime == nil || s.ObservedGeneration != v.company.Generation && s.NextCrawlTime.After(now):
		return v.cool(table.next(now))
	}
	return s.NextCrawlTime.Time
}

// cool moves a time behind the cooldown after the last crawl.
func (v *visit) cool(due time.Time) time.Time {
	last, cooldown := v.company.Status.LastCrawl, v.company.Spec.Cooldown
	if last == nil || last.CompletionTime == nil || cooldown == nil {
		return due
	}
	if until := last.CompletionTime.Add(cooldown.Duration); until.After(due) {
		return until
	}
	return due
}

// crawl makes the CrawlJob of one time. Its name is made of the company and the time,
// so that the same time makes one job, whoever comes first.
func (r *Reconciler) crawl(ctx context.Context, v *visit, due time.Time) error {
	c := v.company
	job := &v1alpha1.CrawlJob{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: c.Namespace, Name: jobName(c.Name, due),
			Labels: map[string]string{v1alpha1.LabelCompany: c.Name},
		},
		Spec: v1alpha1.CrawlJobSpec{CompanyRef: &v1alpha1.CompanyReference{Name: c.Name}},
	}
	if err := controllerutil.SetControllerReference(c, job, r.Client.Scheme()); err != nil {
		return fmt.Errorf("make the CrawlJob of %s: %w", due.Format(time.RFC3339), err)
	}
	err := r.Client.Create(ctx, job)
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("make the CrawlJob of %s: %w", due.Format(time.RFC3339), err)
	}
	if err == nil {
		v.active = job
		v.Tell(corev1.EventTypeNormal, v1alpha1.ReasonScheduled, "Schedule", fmt.Sprintf("CrawlJob %s was created.", job.Name))
	}
	return nil
}

// maxName leaves room for the time in a label's value of 63 bytes.
const maxName = 50

// jobName is of the whole company's name: where it is cut, a hash tells it apart.
func jobName(company string, due time.Time) string {
	if len(company) > maxName {
		h := fnv.New32a()
		_, _ = h.Write([]byte(company))
		company = fmt.Sprintf("%s-%08x", strings.TrimRight(company[:maxName-9], "-."), h.Sum32())
	}
	return fmt.Sprintf("%s-%d", company, due.Unix()/60)
}

func suspended(c *v1alpha1.Company) string {
	if c.Spec.Suspend {
		return "The schedule is suspended; set spec.suspend to false to let it go on."
	}
	return "There is no schedule; a CrawlJob crawls it."
}

// summary sets the conditions by what the company's jobs are at, and rest where they
// are at nothing.
func (v *visit) summary(rest string) {
	last := v.company.Status.LastCrawl
	switch {
	case v.active != nil:
		// Which of both the job's own status tells: here it would be two writes a crawl.
		v.progressing(v1alpha1.ReasonRunning, fmt.Sprintf("CrawlJob %s crawls it, or waits to.", v.active.Name))
	case last != nil && v1alpha1.IsFailure(last.Reason):
		v.stalled(last.Reason, fmt.Sprintf("The last crawl failed: %s %s", last.Message, rest))
	default:
		v.ready(v1alpha1.ReasonSucceeded, rest)
	}
}
