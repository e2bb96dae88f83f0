// Package company reconciles Companies. It creates a CrawlJob for each due time of the
// schedule, deletes old CrawlJobs, and reports the last crawl and the stored documents in
// the status.
package company

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/retry"
)

// +kubebuilder:rbac:groups=crawl.clausea.co,resources=companies,verbs=list;watch;patch
// +kubebuilder:rbac:groups=crawl.clausea.co,resources=companies/status,verbs=patch
// +kubebuilder:rbac:groups=crawl.clausea.co,resources=companies/finalizers,verbs=update
// +kubebuilder:rbac:groups=crawl.clausea.co,resources=crawljobs,verbs=list;watch;create;delete
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch
// +kubebuilder:rbac:groups=apiextensions.k8s.io,resources=customresourcedefinitions,resourceNames=companies.crawl.clausea.co,verbs=get

// Records gives access to the stored records of companies. internal/run/records
// implements it.
type Records interface {
	// Summarize summarizes the documents of a company, which key identifies in the store.
	Summarize(ctx context.Context, key string, expected []v1alpha1.DocumentType) (Summary, error)
	// Delete deletes all records of a company. It is idempotent.
	Delete(ctx context.Context, key string) error
}

// Summary summarizes the documents of one company.
type Summary struct {
	Types []v1alpha1.TypeCount // sorted by type
	Count int32
	// Coverage has one entry for each expected type, in the same order. The reason of a
	// missing type is empty if no stored run gives a reason.
	Coverage   []v1alpha1.Coverage
	LastChange time.Time // zero without documents
}

// Reconciler reconciles Companies.
type Reconciler struct {
	Client   client.Client
	Records  Records
	Recorder events.EventRecorder
	// Definition protects the records while the definition of Companies is deleted; nil without
	// definitions, as in standalone mode.
	Definition Definition
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Redact removes secrets from the texts of errors that a status shows; nil removes only
	// the credentials of URLs.
	Redact func(string) string

	failures retry.Failures
}

// Reconcile runs the stages of one Company in order. They change the object in memory;
// Close writes its status once, at the end.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	c := &v1alpha1.Company{}
	if err := r.Client.Get(ctx, req.NamespacedName, c); err != nil {
		if apierrors.IsNotFound(err) {
			r.failures.Clear(req.NamespacedName)
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	s := r.newScope(c)
	for _, stage := range []func(context.Context, *companyScope) error{
		r.finalize,        // if it is being deleted: delete its jobs and records
		r.ensureFinalizer, // before a job exists that a deletion must clean up
		r.listJobs,        // read its CrawlJobs
		r.limitHistory,    // delete the finished jobs that exceed the history limits
		r.summarize,       // report its last crawl and its documents
		r.schedule,        // create a CrawlJob when it is due
	} {
		if err := stage(ctx, s); err != nil {
			if r.failures.Record(req.NamespacedName, s.Now()) {
				s.ReportError(err)
			}
			return s.Close(ctx, fmt.Errorf("reconcile Company %s: %w", req.NamespacedName, err))
		}
		if s.Done() {
			break
		}
	}
	r.failures.Clear(req.NamespacedName)
	return s.Close(ctx, nil)
}
