// Package company reconciles Companies: it has them crawled when they are due, keeps
// the history of their CrawlJobs within its limits, and tells what is known of them.
package company

import (
	"context"
	"fmt"
	"time"

	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
)

// +kubebuilder:rbac:groups=crawl.clausea.co,resources=companies,verbs=list;watch;patch
// +kubebuilder:rbac:groups=crawl.clausea.co,resources=companies/status,verbs=patch
// +kubebuilder:rbac:groups=crawl.clausea.co,resources=companies/finalizers,verbs=update
// +kubebuilder:rbac:groups=crawl.clausea.co,resources=crawljobs,verbs=list;watch;create;delete
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Documents is what the store knows of companies' documents.
type Documents interface {
	// Summary tells what is kept of the company that the store knows by key.
	Summary(ctx context.Context, key string, expected []v1alpha1.DocumentType) (Summary, error)
	// Delete removes all that is kept of a company. It is idempotent.
	Delete(ctx context.Context, key string) error
}

// Summary is what is kept of one company.
type Summary struct {
	Types      []v1alpha1.TypeCount // by type
	Count      int32
	Coverage   []v1alpha1.Coverage // in the order of the expected types
	LastChange time.Time           // zero where nothing is kept
}

// Reconciler reconciles Companies.
type Reconciler struct {
	Client    client.Client
	Documents Documents
	Recorder  events.EventRecorder
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Reconcile brings one Company nearer to what its spec asks for. The stages work on
// one copy of the object in memory; its status is written once, after them.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	c := &v1alpha1.Company{}
	if err := r.Client.Get(ctx, req.NamespacedName, c); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	v := r.visit(c)
	for _, stage := range []func(context.Context, *visit) error{
		r.finalize, // it is being deleted: its jobs go first
		r.hold,     // take a finalizer, so that nothing is left behind
		r.jobs,     // read its CrawlJobs
		r.history,  // delete finished ones beyond the limits
		r.know,     // tell what is kept of it
		r.schedule, // have it crawled when it is due
	} {
		if err := stage(ctx, v); err != nil {
			return v.close(ctx, fmt.Errorf("reconcile Company %s: %w", req.NamespacedName, err))
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
