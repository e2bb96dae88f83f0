package crawljob

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/index"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/scope"
)

// admissionPoll is how often a waiting job is reconciled in addition to the events of its
// Company and of the other jobs. An event is lost if listing the jobs that it affects
// fails.
const admissionPoll = 30 * time.Second

// admit decides whether the job may run. It handles spec.stop and spec.suspend, resolves
// the target, and lets one job of a company run at a time.
func (r *Reconciler) admit(ctx context.Context, s *jobScope) error {
	if s.job.Spec.Stop && !s.job.Active() {
		return r.stopInactive(ctx, s)
	}
	if s.job.Spec.Suspend && !s.job.Spec.Stop {
		return r.suspend(ctx, s)
	}
	s.DeleteConditions(v1alpha1.ConditionSuspended)
	if err := r.resolveTarget(ctx, s); err != nil || s.Done() || s.job.Active() {
		return err
	}
	other, err := r.jobAhead(ctx, s.job)
	if err != nil {
		return err
	}
	if other != "" {
		s.setInProgress(v1alpha1.ReasonWaitingForCrawlJob, fmt.Sprintf("Waiting for CrawlJob %s (same company) to finish.", other))
		s.End(admissionPoll)
	}
	return nil
}

// stopInactive stops a job that waits for other jobs or is suspended. A suspended job may
// have found documents before.
func (r *Reconciler) stopInactive(ctx context.Context, s *jobScope) error {
	run, err := r.runStatus(ctx, s)
	if err != nil {
		return err
	}
	if run == nil {
		s.complete(v1alpha1.ReasonStopped, "The crawl was stopped before it started.", v1alpha1.DocumentCounts{})
		return nil
	}
	status, err := r.Runner.Signal(ctx, run.ID, runner.SignalStop)
	if err != nil {
		return fmt.Errorf("stop the run: %w", scope.StoreError(err))
	}
	s.job.Status.RunID = run.ID
	s.setRun(status)
	return r.observe(ctx, s)
}

// resolveTarget finds what to crawl. If the Company does not exist, the job waits for it. A
// job whose target cannot be crawled fails before it starts.
func (r *Reconciler) resolveTarget(ctx context.Context, s *jobScope) error {
	field := "spec.company"
	if s.job.Spec.CompanyRef == nil {
		s.target = s.job.Spec.Company
	} else {
		field = fmt.Sprintf("Company %s: spec", s.job.Spec.CompanyRef.Name)
		if err := r.getCompany(ctx, s); err != nil || s.Done() {
			return err
		}
	}
	if s.target == nil || s.job.Active() {
		return nil
	}
	if err := s.target.Validate(field); err != nil {
		s.fail(v1alpha1.ReasonInvalidSpec, fmt.Sprintf("%s.", err))
	}
	return nil
}

// getCompany reads the target of the Company that the job refers to.
func (r *Reconciler) getCompany(ctx context.Context, s *jobScope) error {
	c := &v1alpha1.Company{}
	name := types.NamespacedName{Namespace: s.job.Namespace, Name: s.job.Spec.CompanyRef.Name}
	err := r.Client.Get(ctx, name, c)
	switch {
	case apierrors.IsNotFound(err):
		s.setInProgress(v1alpha1.ReasonWaitingForCompany, fmt.Sprintf("Company %s does not exist in namespace %s; create it, or delete this CrawlJob.", name.Name, name.Namespace))
		s.End(admissionPoll)
		return nil
	case err != nil:
		return fmt.Errorf("get Company %s: %w", name, err)
	case c.DeletionTimestamp != nil && !s.job.Active():
		s.fail(v1alpha1.ReasonInvalidSpec, fmt.Sprintf("Company %s is being deleted; recreate it before you crawl it.", name.Name))
		return nil
	}
	s.target = &c.Spec.Target
	return nil
}

// jobAhead returns the name of a job of the same company that goes first, "" if there is
// none. An active job goes first, and so does a waiting job that precedes this one.
func (r *Reconciler) jobAhead(ctx context.Context, job *v1alpha1.CrawlJob) (string, error) {
	jobs := &v1alpha1.CrawlJobList{}
	if err := r.Client.List(ctx, jobs, client.InNamespace(job.Namespace), index.ByCompany(job.CompanyKey())); err != nil {
		return "", fmt.Errorf("list the CrawlJobs of the company: %w", err)
	}
	for i := range jobs.Items {
		other := &jobs.Items[i]
		if other.UID != job.UID && (other.Active() || other.Waiting() && precedes(other, job)) {
			return other.Name, nil
		}
	}
	return "", nil
}

// precedes reports whether a goes before b: jobs wait in order of priority, age and name.
func precedes(a, b *v1alpha1.CrawlJob) bool {
	if a.Spec.Priority != b.Spec.Priority {
		return a.Spec.Priority > b.Spec.Priority
	}
	if !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
		return a.CreationTimestamp.Before(&b.CreationTimestamp)
	}
	return a.Name < b.Name
}
