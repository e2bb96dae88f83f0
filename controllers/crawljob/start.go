package crawljob

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
)

// defaultBackoffLimit is what the schema fills in; objects made before it did have none.
const defaultBackoffLimit = 3

// start has the run begun if it is not. The run's key is made of the job, so that a
// start whose status was not written is the same start again.
func (r *Reconciler) start(ctx context.Context, v *visit) error {
	rec, err := r.Runner.Observe(ctx, v.job.RunID())
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("look for the run: %w", err)
	}
	if err == nil && rec.State != store.RunInterrupted {
		v.started()
		return nil
	}
	if err := r.Runner.Start(ctx, v.order(time.Time{})); err != nil {
		return fmt.Errorf("start the crawl: %w", err)
	}
	v.started()
	return nil
}

func (v *visit) started() {
	if v.job.Status.StartTime != nil {
		return
	}
	now := metav1.NewTime(v.r.now())
	v.job.Status.StartTime, v.job.Status.RunID = &now, v.job.RunID()
	v.Tell(corev1.EventTypeNormal, "Started", "Crawl", fmt.Sprintf("The crawl of %s has begun.", v.job.CompanyKey()))
}

func (v *visit) order(notBefore time.Time) queue.Order {
	return queue.Order{
		RunID: v.job.RunID(), Company: v.job.CompanyKey(), Target: *v.target, Limits: v.job.Spec.Limits,
		Priority: v.job.Spec.Priority, Attempts: v.backoffLimit() + 1, NotBefore: notBefore, Deadline: v.deadline(),
		Execution: v.job.Spec.Execution, Job: client.ObjectKeyFromObject(v.job), JobUID: v.job.UID,
	}
}

func (v *visit) backoffLimit() int32 {
	if n := v.job.Spec.BackoffLimit; n != nil {
		return *n
	}
	return defaultBackoffLimit
}

// retryable says whether another try may help: the site may answer later, and what
// failed in the crawler may have been the store.
func retryable(reason string) bool {
	return reason == v1alpha1.ReasonSiteUnreachable || reason == v1alpha1.ReasonInternal
}
