// Package crawljob reconciles CrawlJobs. It admits each job, starts its run through a
// runner.Runner, and reports the progress and the result of the run in the status. A
// reconcile neither crawls nor blocks.
package crawljob

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/retry"
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
	// RunEnded receives the store key of the company when a run that this process
	// executed has ended, so that its CrawlJob is reconciled at once. It is nil if this
	// process executes no runs.
	RunEnded <-chan event.TypedGenericEvent[string]
	// WatchKubernetesJobs triggers a reconcile of a CrawlJob when its Kubernetes Job ends.
	WatchKubernetesJobs bool
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Redact removes secrets from the texts of errors that a status shows; nil removes only
	// the credentials of URLs.
	Redact func(string) string
	// Trace, unless nil, starts a span of a reconcile before the run has started. end ends it.
	Trace func(ctx context.Context, job *v1alpha1.CrawlJob) (traced context.Context, end func(error))

	failures retry.Failures
}

// Reconcile runs the stages of one CrawlJob in order. They change the object in memory;
// Close writes its status once, at the end.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (result ctrl.Result, err error) {
	job := &v1alpha1.CrawlJob{}
	if err := r.Client.Get(ctx, req.NamespacedName, job); err != nil {
		if apierrors.IsNotFound(err) {
			r.failures.Clear(req.NamespacedName)
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if r.Trace != nil && job.Status.RunID == "" {
		var end func(error)
		ctx, end = r.Trace(ctx, job)
		defer func() { end(err) }()
	}
	s := r.newScope(job)
	for _, stage := range []func(context.Context, *jobScope) error{
		r.finalize,       // if it is being deleted: cancel and delete its run
		r.expire,         // if it is finished: delete it after its time to live
		r.ensureMetadata, // before a run exists that a deletion must clean up
		r.admit,          // handle stop and suspend; wait for its Company and for other jobs
		r.start,          // make sure that its run is executed
		r.observe,        // report the status of the run
	} {
		if err := stage(ctx, s); err != nil {
			if r.failures.Record(req.NamespacedName, s.Now()) {
				s.reportError(err)
			}
			return s.Close(ctx, fmt.Errorf("reconcile CrawlJob %s: %w", req.NamespacedName, err))
		}
		if s.Done() {
			break
		}
	}
	r.failures.Clear(req.NamespacedName)
	return s.Close(ctx, nil)
}
