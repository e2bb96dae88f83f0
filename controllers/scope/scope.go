// Package scope holds what both controllers do around their stages. A Scope covers one
// reconcile of one object: the object is read once, the stages change it in memory, and
// Close writes its status once and then sends the events.
package scope

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// ConflictDelay is how long a reconcile waits after a write conflict for the cache to
// receive the newer object.
const ConflictDelay = 200 * time.Millisecond

// Config holds what all scopes of a controller share.
type Config struct {
	Client   client.Client
	Recorder events.EventRecorder
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Scope is the state of one reconcile of one object. It is not safe for concurrent use.
type Scope struct {
	config     Config
	object     client.Object // as the stages change it
	original   client.Object // as it was read
	conditions *[]metav1.Condition
	observed   *int64

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
		config: c, object: object, original: copyOf(object), conditions: conditions, observed: observedGeneration,
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
// requeueAfter; zero is at the next event.
func (s *Scope) End(requeueAfter time.Duration) { s.done, s.requeueAfter = true, requeueAfter }

// RequeueWithin has the object reconciled again after d or sooner, and lets the later
// stages run.
func (s *Scope) RequeueWithin(d time.Duration) {
	if s.requeueAfter == 0 || d < s.requeueAfter {
		s.requeueAfter = d
	}
}

// SkipStatusUpdate makes Close leave the status as it is stored, because the object is
// deleted, is being deleted, or is newer than the one that was read.
func (s *Scope) SkipStatusUpdate() { s.skipStatus = true }

// RecordEvent sends an event once the status is written; eventType is one of corev1.
func (s *Scope) RecordEvent(eventType, reason, action, note string) {
	s.events = append(s.events, event{eventType, reason, action, note})
}

// EnsureFinalizer adds a finalizer before the controller creates anything that would
// otherwise be left behind. If the object changed since it was read, EnsureFinalizer ends
// the reconcile.
func (s *Scope) EnsureFinalizer(ctx context.Context, finalizer string) error {
	if !controllerutil.AddFinalizer(s.object, finalizer) {
		return nil
	}
	err := s.config.Client.Patch(ctx, s.object, client.MergeFromWithOptions(s.original, client.MergeFromWithOptimisticLock{}))
	switch {
	case apierrors.IsConflict(err), apierrors.IsNotFound(err): // the cache is behind
		s.SkipStatusUpdate()
		s.End(ConflictDelay)
		return nil
	case err != nil:
		controllerutil.RemoveFinalizer(s.object, finalizer) // as it is stored
		return fmt.Errorf("add the finalizer: %w", err)
	}
	s.original = copyOf(s.object)
	return nil
}

// RemoveFinalizer removes a finalizer from an object that is being deleted.
func (s *Scope) RemoveFinalizer(ctx context.Context, finalizer string) error {
	if !controllerutil.RemoveFinalizer(s.object, finalizer) {
		return nil
	}
	if err := s.config.Client.Patch(ctx, s.object, client.MergeFrom(s.original)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("remove the finalizer: %w", err)
	}
	return nil
}

// Close writes the status if the stages changed it, and then sends the events; err is
// the error of the stage that failed, or nil. A status write that conflicts with a newer
// object is no error: the newer object is on its way to the cache.
func (s *Scope) Close(ctx context.Context, err error) (ctrl.Result, error) {
	if err == nil { // otherwise a later stage has not seen the spec yet
		*s.observed = s.object.GetGeneration()
	}
	// Without a change the events were sent by an earlier reconcile.
	if s.skipStatus || equality.Semantic.DeepEqual(s.original, s.object) {
		return s.result(err), err
	}
	// The lock prevents a status that was computed from an old object from overwriting
	// the status of a newer one.
	werr := s.config.Client.Status().Patch(ctx, s.object, client.MergeFromWithOptions(s.original, client.MergeFromWithOptimisticLock{}))
	switch {
	case apierrors.IsConflict(werr), apierrors.IsNotFound(werr):
		return ctrl.Result{RequeueAfter: ConflictDelay}, err
	case werr != nil:
		return ctrl.Result{}, errors.Join(err, fmt.Errorf("update the status: %w", werr))
	}
	for _, e := range s.events {
		s.config.Recorder.Eventf(s.object, nil, e.eventType, e.reason, e.action, "%s", e.note)
	}
	return s.result(err), err
}

// result requeues only after success: after an error the work queue backs off by itself.
func (s *Scope) result(err error) ctrl.Result {
	if err != nil {
		return ctrl.Result{}
	}
	return ctrl.Result{RequeueAfter: s.requeueAfter}
}
