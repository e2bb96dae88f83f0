// Package crawljob reconciles CrawlJobs: it admits them, has them executed by a runner,
// and reports their progress and result in the status. It never crawls or waits itself.
package crawljob

import (
	"context"
	"fmt"
	"time"

	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
)

// +kubebuilder:rbac:groups=crawl.clausea.co,resources=crawljobs,verbs=list;watch;patch;delete
// +kubebuilder:rbac:groups=crawl.clausea.co,resources=crawljobs/status,verbs=patch
// +kubebuilder:rbac:groups=crawl.clausea.co,resources=crawljobs/finalizers,verbs=update
// +kubebuilder:rbac:groups=crawl.clausea.co,resources=companies,verbs=list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconciler reconciles CrawlJobs.
type Reconciler struct {
	Client   client.Client
	Runner   runner.Runner
	Recorder events.EventRecorder
	// RunEnded receives the company's store key when a run that was executed in this
	// process has ended, so that its CrawlJob is reconciled at once. Nil if this process
	// executes no runs.
	RunEnded <-chan event.TypedGenericEvent[string]
	// WatchJobs has the end of a Kubernetes Job reconcile its CrawlJob at once.
	WatchJobs bool
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Reconcile moves one CrawlJob towards its end. The stages change one copy of the object
// in memory; its status is written once, after them.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	job := &v1alpha1.CrawlJob{}
	if err := r.Client.Get(ctx, req.NamespacedName, job); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	s := r.newScope(job)
	for _, stage := range []func(context.Context, *jobScope) error{
		r.finalize,        // being deleted: cancel the run and remove the finalizer
		r.expire,          // finished: delete it after its time to live
		r.ensureFinalizer, // so that a deleted job leaves no run behind
		r.admit,           // find its company; wait for the other jobs of the company
		r.start,           // make sure that its run is executed
		r.observe,         // report the status of the run
	} {
		if err := stage(ctx, s); err != nil {
			return s.Close(ctx, fmt.Errorf("reconcile CrawlJob %s: %w", req.NamespacedName, err))
		}
		if s.Done() {
			break
		}
	}
	return s.Close(ctx, nil)
}
