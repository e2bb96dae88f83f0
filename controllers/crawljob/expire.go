package crawljob

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// expire deletes a finished job once its time to live has passed. It ends the reconcile
// of every finished job: the later stages have nothing to do.
func (r *Reconciler) expire(ctx context.Context, s *jobScope) error {
	if !s.job.Finished() {
		return nil
	}
	s.End(0)
	ttl, completed := s.job.Spec.TTLSecondsAfterFinished, s.job.Status.CompletionTime
	if ttl == nil || completed == nil {
		return nil
	}
	if left := completed.Add(time.Duration(*ttl) * time.Second).Sub(s.Now()); left > 0 {
		s.End(left)
		return nil
	}
	uid, version := s.job.UID, s.job.ResourceVersion
	unchanged := client.Preconditions(metav1.Preconditions{UID: &uid, ResourceVersion: &version})
	if err := r.Client.Delete(ctx, s.job, unchanged); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("delete the job after its time to live: %w", err)
	}
	s.SkipStatusUpdate()
	return nil
}
