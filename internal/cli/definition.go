package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/company"
)

const (
	// definitionTimeout limits one read of the definition.
	definitionTimeout = 10 * time.Second
	// discoveryLag is how far discovery may be behind the stored definitions. Each API server
	// updates it from its own watch, usually within milliseconds.
	discoveryLag = 5 * time.Second
)

// companyDefinition implements company.Definition for a cluster.
type companyDefinition struct {
	reader    client.Reader // without a cache
	discovery discovery.DiscoveryInterface
}

// BeingDeleted implements company.Definition. It reads the definition. If the operator may not,
// as with permissions for one namespace, it asks discovery, which every client may read.
func (d companyDefinition) BeingDeleted(ctx context.Context) (deleted bool, lag time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, definitionTimeout)
	defer cancel()
	m := &metav1.PartialObjectMetadata{}
	m.SetGroupVersionKind(schema.GroupVersionKind{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"})
	err = d.reader.Get(ctx, client.ObjectKey{Name: company.DefinitionName}, m)
	switch {
	case apierrors.IsNotFound(err):
		return true, 0, nil
	case apierrors.IsForbidden(err):
		deleted, err = d.discoverDeletion()
		return deleted, discoveryLag, err
	case err != nil:
		return false, 0, fmt.Errorf("read CustomResourceDefinition %s: %w", company.DefinitionName, err)
	}
	return m.DeletionTimestamp != nil, 0, nil
}

// discoverDeletion reports whether discovery lacks Companies, or lists them without the verb
// create, which an API server removes while the definition is being deleted. If discovery is
// restricted too, the answer is false: otherwise deletion policy Delete would have no effect.
func (d companyDefinition) discoverDeletion() (bool, error) {
	gv := v1alpha1.GroupVersion.String()
	served, err := d.discovery.ServerResourcesForGroupVersion(gv)
	switch {
	case apierrors.IsNotFound(err):
		return true, nil
	case apierrors.IsForbidden(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("list the resources of %s: %w", gv, err)
	}
	i := slices.IndexFunc(served.APIResources, func(r metav1.APIResource) bool { return r.Name == "companies" })
	return i < 0 || !slices.Contains(served.APIResources[i].Verbs, "create"), nil
}
