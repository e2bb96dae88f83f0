package crawljob

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

const (
	// cancelPoll is how often a run is looked at that was asked to end.
	cancelPoll = time.Second
	// cancelPatience is how long a deletion waits for a worker to end. One that stands
	// still longer can't hold the object: its lease runs out, and forgetting fences it.
	cancelPatience = time.Minute
)

// finalize cancels the run of a job that is being deleted, waits for its worker to
// let go, and takes the finalizer off.
func (r *Reconciler) finalize(ctx context.Context, v *visit) error {
	if v.job.DeletionTimestamp == nil {
		return nil
	}
	v.Done, v.Gone = true, true
	if !controllerutil.ContainsFinalizer(v.job, v1alpha1.CrawlJobFinalizer) {
		return nil
	}
	id := v.job.RunID()
	switch rec, err := r.Runner.Observe(ctx, id); {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return fmt.Errorf("cancel the crawl: %w", err)
	case rec.State == store.RunPending || rec.State == store.RunRunning:
		if r.now().Sub(v.job.DeletionTimestamp.Time) < cancelPatience {
			if err := r.Runner.Ask(ctx, id, store.RequestCancel); err != nil {
				return fmt.Errorf("cancel the crawl: %w", err)
			}
			return v.Stop(cancelPoll)
		}
	}
	if err := r.Runner.Forget(ctx, id); errors.Is(err, store.ErrConflict) {
		return v.Stop(cancelPoll) // its worker is alive, and has been asked to end
	} else if err != nil {
		return fmt.Errorf("forget the crawl: %w", err)
	}
	return v.Release(ctx, v.job, v.before, v1alpha1.CrawlJobFinalizer)
}

// hold puts the finalizer on, before there is anything that would be left behind.
func (r *Reconciler) hold(ctx context.Context, v *visit) error {
	written := v.job.DeepCopy()
	changed, err := v.Hold(ctx, written, v.before, v1alpha1.CrawlJobFinalizer)
	if changed {
		v.job, v.before = written, written.DeepCopy()
	}
	return err
}
