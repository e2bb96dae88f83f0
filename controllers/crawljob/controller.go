// Package crawljob reconciles CrawlJobs: it admits them, has them crawled by a
// runner, and tells how that goes. It never crawls or waits itself.
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
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
)

// +kubebuilder:rbac:groups=crawl.clausea.co,resources=crawljobs,verbs=list;watch;patch;delete
// +kubebuilder:rbac:groups=crawl.clausea.co,resources=crawljobs/status,verbs=patch
// +kubebuilder:rbac:groups=crawl.clausea.co,resources=crawljobs/finalizers,verbs=update
// +kubebuilder:rbac:groups=crawl.clausea.co,resources=companies,verbs=list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Runner is where crawls run. Every verb is idempotent.
type Runner interface {
	// Start has an order crawled; one that is at work already stays as it is.
	Start(ctx context.Context, o queue.Order) error
	// Observe is how a run stands; store.ErrNotFound says that it was never started.
	Observe(ctx context.Context, runID string) (store.Run, error)
	// Ask tells whoever works on a run to end it.
	Ask(ctx context.Context, runID string, what store.RunRequest) error
	// Forget removes what is kept of a run beside its documents.
	Forget(ctx context.Context, runID string) error
}

// Reconciler reconciles CrawlJobs.
type Reconciler struct {
	Client   client.Client
	Runner   Runner
	Recorder events.EventRecorder
	// Ended has the company's key of each run that was crawled in this process and is
	// over, so that its job is looked at at once; nil: none is crawled here.
	Ended <-chan event.TypedGenericEvent[string]
	// Jobs says that runs may have Kubernetes Jobs, whose ends are looked at at once.
	Jobs bool
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Reconcile brings one CrawlJob nearer to its end. The stages work on one copy of
// the object in memory; its status is written once, after them.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	job := &v1alpha1.CrawlJob{}
	if err := r.Client.Get(ctx, req.NamespacedName, job); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	v := r.visit(job)
	for _, stage := range []func(context.Context, *visit) error{
		r.finalize, // it is being deleted: cancel and let go
		r.expire,   // it is finished: delete it when its time has come
		r.hold,     // take a finalizer, so that nothing is left behind
		r.admit,    // find its company; wait for its turn
		r.start,    // have it crawled
		r.observe,  // tell how that goes
	} {
		if err := stage(ctx, v); err != nil {
			return v.close(ctx, fmt.Errorf("reconcile CrawlJob %s: %w", req.NamespacedName, err))
		}
		if v.Done {
			break
		}
	}
	return v.close(ctx, nil)
}

func (r *Reconciler) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}
