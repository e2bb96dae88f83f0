package company

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/clausea/crawler/api/v1alpha1"
)

// createJob creates the CrawlJob for a due time. The name of the job is derived from the
// Company and the time, so that each due time has one job even if two processes create it.
func (r *Reconciler) createJob(ctx context.Context, s *companyScope, due time.Time) error {
	c := s.company
	job := &v1alpha1.CrawlJob{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: c.Namespace, Name: jobName(c.Name, due),
			Labels:      map[string]string{v1alpha1.LabelCompany: c.Name},
			Annotations: map[string]string{v1alpha1.AnnotationTrigger: string(v1alpha1.TriggerSchedule)},
		},
		Spec: v1alpha1.CrawlJobSpec{
			CompanyRef: &v1alpha1.CompanyReference{Name: c.Name}, ActiveDeadlineSeconds: activeDeadlineSeconds(c),
		},
	}
	if err := controllerutil.SetControllerReference(c, job, r.Client.Scheme()); err != nil {
		return fmt.Errorf("create the CrawlJob due at %s: %w", due.Format(time.RFC3339), err)
	}
	err := r.Client.Create(ctx, job)
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create the CrawlJob due at %s: %w", due.Format(time.RFC3339), err)
	}
	s.blocking = job
	s.RecordEvent(corev1.EventTypeNormal, v1alpha1.ReasonScheduled, "Schedule", fmt.Sprintf("Created CrawlJob %s.", job.Name))
	return nil
}

// deadlineMargin is how much longer than the time limit of its crawl a job may run, so that
// the crawl can be retried. maxDeadline is the longest deadline that the API admits.
const (
	deadlineMargin = time.Hour
	maxDeadline    = 7 * 24 * time.Hour
)

// activeDeadlineSeconds returns the deadline of a job of a Company. Without a time limit it
// is nil, and the default of the API applies, which would end a longer crawl as failed.
func activeDeadlineSeconds(c *v1alpha1.Company) *int64 {
	if c.Spec.Crawl == nil || c.Spec.Crawl.TimeLimit == nil {
		return nil
	}
	seconds := int64(min(c.Spec.Crawl.TimeLimit.Duration+deadlineMargin, maxDeadline) / time.Second)
	return &seconds
}

// maxNamePrefix is the maximum length of the company in a job name, in bytes. It leaves
// room for the time: label values, which may hold the name, have at most 63 bytes.
const maxNamePrefix = 50

// jobName returns the name of the job for a due time, which it rounds down to the minute.
// It shortens a long company name and appends a hash.
func jobName(company string, due time.Time) string {
	if len(company) > maxNamePrefix {
		h := fnv.New32a()
		_, _ = h.Write([]byte(company))
		company = fmt.Sprintf("%s-%08x", strings.TrimRight(company[:maxNamePrefix-9], "-."), h.Sum32())
	}
	return fmt.Sprintf("%s-%d", company, due.Unix()/60)
}
