// Package pass is what all reconcilers do around their stages: an object is read once,
// the stages change a copy of it in memory, and its status is written once after them,
// before the events are sent.
package pass

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// ConflictDelay gives the cache time to show the object that a write conflicted with.
const ConflictDelay = 200 * time.Millisecond

// Pass is how one pass over one object stands. It is used by one goroutine.
type Pass struct {
	Client   client.Client
	Recorder events.EventRecorder

	Done  bool          // no further stage has anything to do
	Gone  bool          // the object is not there any more, or not as it was read
	Again time.Duration // when to look again; 0 is at the next event

	news []news
}

type news struct{ kind, reason, action, note string }

// Stop ends the pass after this stage.
func (p *Pass) Stop(again time.Duration) error {
	p.Done, p.Again = true, again
	return nil
}

// Tell sends an event once the status is written; kind is one of corev1's.
func (p *Pass) Tell(kind, reason, action, note string) {
	p.news = append(p.news, news{kind, reason, action, note})
}

// Hold puts a finalizer on an object, before there is anything that would be left
// behind, and says whether it was not there yet: then object is as it was written, and
// is the one to go on with.
func (p *Pass) Hold(ctx context.Context, object, before client.Object, finalizer string) (changed bool, err error) {
	if !controllerutil.AddFinalizer(object, finalizer) {
		return false, nil
	}
	err = p.Client.Patch(ctx, object, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	switch {
	case apierrors.IsConflict(err), apierrors.IsNotFound(err): // the cache is behind
		p.Gone = true
		return false, p.Stop(ConflictDelay)
	case err != nil:
		return false, fmt.Errorf("put the finalizer on: %w", err)
	}
	return true, nil
}

// Release takes a finalizer off an object that is being deleted.
func (p *Pass) Release(ctx context.Context, object, before client.Object, finalizer string) error {
	if !controllerutil.RemoveFinalizer(object, finalizer) {
		return nil
	}
	if err := p.Client.Patch(ctx, object, client.MergeFrom(before)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("take the finalizer off: %w", err)
	}
	return nil
}

// Close writes the status of an object if the stages changed it, then sends the
// events; err is what a stage failed with. The server's answer is put into the object. A
// write that met a newer object is no error: the newer one is on its way here.
func (p *Pass) Close(ctx context.Context, object, before client.Object, changed bool, err error) (ctrl.Result, error) {
	if p.Gone || !changed { // news that changes nothing was told before
		return ctrl.Result{RequeueAfter: p.again(err)}, err
	}
	// The version is compared: a status that was made of an old object must not
	// overwrite that of a newer one.
	werr := p.Client.Status().Patch(ctx, object, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	switch {
	case apierrors.IsConflict(werr), apierrors.IsNotFound(werr):
		return ctrl.Result{RequeueAfter: ConflictDelay}, err
	case werr != nil:
		return ctrl.Result{}, errors.Join(err, fmt.Errorf("write the status: %w", werr))
	}
	for _, e := range p.news {
		p.Recorder.Eventf(object, nil, e.kind, e.reason, e.action, "%s", e.note)
	}
	return ctrl.Result{RequeueAfter: p.again(err)}, err
}

// again is when to look again where no stage failed: the queue knows when it is to
// try again what failed.
func (p *Pass) again(err error) time.Duration {
	if err != nil {
		return 0
	}
	return p.Again
}
