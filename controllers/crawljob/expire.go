package crawljob

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// expire leaves a finished job alone until its time to live is over, then deletes it.
func (r *Reconciler) expire(ctx context.Context, v *visit) error {
	if !v.job.Finished() {
		return nil
	}
	v.Done = true
	ttl, ended := v.job.Spec.TTLSecondsAfterFinished, v.job.Status.CompletionTime
	if ttl == nil || ended == nil {
		return nil
	}
	if left := ended.Add(time.Duration(*ttl) * time.Second).Sub(r.now()); left > 0 {
		return v.Stop(left)
	}
	uid, version := v.job.UID, v.job.ResourceVersion
	only := client.Preconditions(metav1.Preconditions{UID: &uid, ResourceVersion: &version})
	if err := r.Client.Delete(ctx, v.job, only); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("delete it after its time to live: %w", err)
	}
	v.Gone = true
	return nil
}
