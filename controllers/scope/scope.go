// Package scope implements the frame of a reconcile, which both controllers share. The
// controller reads an object once, its stages change the object in memory, and Close
// writes the status once and then sends the events.
package scope

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// ConflictDelay is how long after a write conflict an object is reconciled again. By then
// the cache has usually received the newer object.
const ConflictDelay = 200 * time.Millisecond

// Config holds what all scopes of a controller share.
type Config struct {
	Client   client.Client
	Recorder events.EventRecorder
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Redact removes secrets from the texts of errors that the status shows. nil removes only
	// the credentials of URLs.
	Redact func(string) string
}

// Scope is the state of one reconcile of one object. It is not safe for concurrent use.
type Scope struct {
	config             Config
	object             client.Object // the stages change it
	original           client.Object // a copy of object as it is stored
	conditions         *[]metav1.Condition
	observedGeneration *int64

	done         bool
	skipStatus   bool
	requeueAfter time.Duration
	events       []event
}

type event struct{ eventType, reason, action, note string }

// New returns the scope of an object. conditions and observedGeneration point into the
// status of object.
func New(c Config, object client.Object, conditions *[]metav1.Condition, observedGeneration *int64) *Scope {
	return &Scope{
		config: c, object: object, original: copyOf(object), conditions: conditions, observedGeneration: observedGeneration,
	}
}

// copyOf returns a deep copy, which has the type of its original.
func copyOf(object client.Object) client.Object {
	return object.DeepCopyObject().(client.Object)
}

// Now returns the time of the controller's clock.
func (s *Scope) Now() time.Time {
	if s.config.Now != nil {
		return s.config.Now()
	}
	return time.Now()
}

// Done reports whether a stage has ended the reconcile.
func (s *Scope) Done() bool { return s.done }

// End ends the reconcile: no later stage runs. The object is reconciled again after
// requeueAfter, or at the next event if requeueAfter is zero.
func (s *Scope) End(requeueAfter time.Duration) { s.done, s.requeueAfter = true, requeueAfter }

// RequeueWithin schedules another reconcile after d or sooner. The later stages still run.
func (s *Scope) RequeueWithin(d time.Duration) {
	if s.requeueAfter == 0 || d < s.requeueAfter {
		s.requeueAfter = d
	}
}

// SkipStatusUpdate makes Close write no status, because the object is deleted or being
// deleted, or because a newer version of it is stored.
func (s *Scope) SkipStatusUpdate() { s.skipStatus = true }

// RecordEvent records an event, which Close sends once the status is written. eventType is
// corev1.EventTypeNormal or corev1.EventTypeWarning.
func (s *Scope) RecordEvent(eventType, reason, action, note string) {
	s.events = append(s.events, event{eventType, reason, action, note})
}

// EnsureMetadata adds a finalizer and labels to the stored object. Stages call it before they
// create anything that the deletion of the object must clean up. If the object has changed
// since it was read, EnsureMetadata ends the reconcile.
func (s *Scope) EnsureMetadata(ctx context.Context, finalizer string, labels map[string]string) error {
	added, labelled := controllerutil.AddFinalizer(s.object, finalizer), s.setLabels(labels)
	if !added && !labelled {
		return nil
	}
	err := s.config.Client.Patch(ctx, s.object, client.MergeFromWithOptions(s.original, client.MergeFromWithOptimisticLock{}))
	switch {
	case apierrors.IsConflict(err), apierrors.IsNotFound(err): // the cache is behind
		s.SkipStatusUpdate()
		s.End(ConflictDelay)
		return nil
	case err != nil:
		s.object.SetFinalizers(s.original.GetFinalizers()) // Close must see no change
		s.object.SetLabels(s.original.GetLabels())
		return fmt.Errorf("add the finalizer and the labels: %w", err)
	}
	s.original = copyOf(s.object)
	return nil
}

// setLabels sets labels of the object in memory and reports whether one has changed.
func (s *Scope) setLabels(labels map[string]string) (changed bool) {
	all := maps.Clone(s.object.GetLabels())
	for name, value := range labels {
		if all[name] != value {
			if all == nil {
				all = map[string]string{}
			}
			all[name], changed = value, true
		}
	}
	if changed {
		s.object.SetLabels(all)
	}
	return changed
}

// RemoveFinalizer removes a finalizer from an object that is being deleted.
func (s *Scope) RemoveFinalizer(ctx context.Context, finalizer string) error {
	if !controllerutil.RemoveFinalizer(s.object, finalizer) {
		return nil
	}
	if err := s.config.Client.Patch(ctx, s.object, client.MergeFrom(s.original)); client.IgnoreNotFound(err) != nil {
		controllerutil.AddFinalizer(s.object, finalizer) // it is still stored
		return fmt.Errorf("remove the finalizer: %w", err)
	}
	return nil
}

// Close writes the status if the stages changed it, and then sends the events. err is the
// error of the stage that failed, or nil. A conflict with a newer object is not an error:
// the object is reconciled again.
func (s *Scope) Close(ctx context.Context, err error) (ctrl.Result, error) {
	if err == nil { // otherwise the later stages have not processed the spec
		*s.observedGeneration = s.object.GetGeneration()
		s.clearError()
	}
	// If the status is unchanged, an earlier reconcile has sent the events.
	if s.skipStatus || equality.Semantic.DeepEqual(s.original, s.object) {
		return s.result(err), err
	}
	// The optimistic lock rejects a status that was computed from an outdated object.
	werr := s.config.Client.Status().Patch(ctx, s.object, client.MergeFromWithOptions(s.original, client.MergeFromWithOptimisticLock{}))
	switch {
	case apierrors.IsConflict(werr), apierrors.IsNotFound(werr):
		s.End(ConflictDelay)
		return s.result(err), err
	case werr != nil:
		return ctrl.Result{}, errors.Join(err, fmt.Errorf("update the status: %w", werr))
	}
	for _, e := range s.events {
		s.config.Recorder.Eventf(s.object, nil, e.eventType, e.reason, e.action, "%s", e.note)
	}
	return s.result(err), err
}

// result returns the result of the reconcile. It requeues only without an error: after an
// error the work queue retries with backoff.
func (s *Scope) result(err error) ctrl.Result {
	if err != nil {
		return ctrl.Result{}
	}
	return ctrl.Result{RequeueAfter: s.requeueAfter}
}
