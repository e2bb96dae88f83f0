package clustertest

import (
	"fmt"
	"path/filepath"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// installDefinitions installs the definitions and waits until the operator is ready.
func (i *installation) installDefinitions() {
	i.t.Helper()
	i.kubectl("apply", "-k", filepath.Join(configFolder, "crd"))
	i.waitForReadiness("the operator", "ok")
	i.waitUntil("the definitions", func() (bool, string) {
		_, err := testCluster.run(i.t.Context(), "get", "crawljobs.crawl.clausea.co", "-A")
		return err == nil, fmt.Sprint(err)
	})
}

// createCompany creates a Company with deletion policy Delete, the finalizer, and one stored
// document.
func (i *installation) createCompany(name string) {
	i.t.Helper()
	c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: i.namespace, Name: name, Finalizers: []string{v1alpha1.CompanyFinalizer}}}
	c.Spec.Target, c.Spec.DeletionPolicy = demoTarget(0), v1alpha1.DeletionDelete
	if err := i.client.Create(i.t.Context(), c); err != nil {
		i.t.Fatal(err)
	}
	d := store.Document{ID: i.namespace + "-" + name, Company: v1alpha1.StoreKey(i.namespace, name), URL: "https://" + name + ".example/privacy"}
	if err := testCluster.store.PutDocument(i.t.Context(), store.Fence{}, d); err != nil {
		i.t.Fatal(err)
	}
}

// checkCompanyDocuments checks the number of documents of a Company of createCompany.
func (i *installation) checkCompanyDocuments(name string, want int) {
	i.t.Helper()
	docs, _, err := testCluster.store.ListDocuments(i.t.Context(), v1alpha1.StoreKey(i.namespace, name), store.ListOptions{})
	if err != nil {
		i.t.Fatal(err)
	}
	if len(docs) != want {
		i.t.Errorf("Company %s has %d stored documents, want %d", name, len(docs), want)
	}
}

// waitForDiscoveredDeletion waits until discovery lists Companies without the verb create. An
// operator that may not read the definition relies on that.
func (i *installation) waitForDiscoveredDeletion() {
	i.t.Helper()
	d, err := discovery.NewDiscoveryClientForConfig(testCluster.config)
	if err != nil {
		i.t.Fatal(err)
	}
	i.waitUntil("discovery without the verb create", func() (bool, string) {
		served, err := d.ServerResourcesForGroupVersion(v1alpha1.GroupVersion.String())
		if err != nil {
			return false, err.Error()
		}
		n := slices.IndexFunc(served.APIResources, func(r metav1.APIResource) bool { return r.Name == "companies" })
		if n < 0 {
			i.t.Fatalf("discovery lists %+v", served.APIResources)
		}
		verbs := served.APIResources[n].Verbs
		return slices.Contains(verbs, "delete") && !slices.Contains(verbs, "create"), fmt.Sprint(verbs)
	})
}
