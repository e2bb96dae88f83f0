package service

import (
	"context"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// newStored returns an embedded store, and the resources in it.
func newStored(t *testing.T) (store.Store, Resources) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	client := kubestore.NewClient(s, scheme)
	return s, Resources{Client: client, Cache: client, Namespace: kubestore.DefaultNamespace}
}
