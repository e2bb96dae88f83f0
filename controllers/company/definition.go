package company

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/clausea/crawler/api/v1alpha1"
)

// DefinitionName is the name of the CustomResourceDefinition of Companies.
const DefinitionName = "companies.crawl.clausea.co"

// Definition tells whether the CustomResourceDefinition of Companies is being deleted.
// Kubernetes then deletes all Companies, without a decision about any single one.
type Definition interface {
	// BeingDeleted reports whether the definition is being deleted, or does not exist. The
	// answer describes the cluster as it was lag ago or later.
	BeingDeleted(ctx context.Context) (deleted bool, lag time.Duration, err error)
}

// definitionBeingDeleted reports whether the definition of Companies is being deleted. wait is
// the time after which to ask again, because the answer may be older than the deletion of the
// Company; zero if the answer is final.
func (r *Reconciler) definitionBeingDeleted(ctx context.Context, s *companyScope) (deleted bool, wait time.Duration, err error) {
	if r.Definition == nil {
		return false, 0, nil
	}
	deleted, lag, err := r.Definition.BeingDeleted(ctx)
	if err != nil {
		return false, 0, fmt.Errorf("check whether the definition %s is being deleted, which retains the documents: %w", DefinitionName, err)
	}
	if deleted {
		return true, 0, nil
	}
	// Kubernetes starts to delete the definition before it deletes the Companies.
	return false, max(0, lag-s.Now().Sub(s.company.DeletionTimestamp.Time)), nil
}

// reportRetained says that the documents of a Company with deletion policy Delete are retained.
func (r *Reconciler) reportRetained(ctx context.Context, c *v1alpha1.Company) {
	r.Recorder.Eventf(c, nil, corev1.EventTypeNormal, v1alpha1.ReasonDocumentsRetained, "Delete",
		"The stored documents are retained despite deletionPolicy Delete, because the definition %s is being deleted.", DefinitionName)
	ctrl.LoggerFrom(ctx).Info("retained the documents of a deleted company, because the definition of companies is being deleted",
		"company", storeKey(c), "definition", DefinitionName)
}
