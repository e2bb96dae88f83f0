package service

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// behind is a cache that has the first state of a Company for a number of reads.
type behind struct {
	client.Reader
	first v1alpha1.Company
	reads atomic.Int64
}

func (b *behind) Get(ctx context.Context, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
	if b.reads.Add(-1) >= 0 {
		b.first.DeepCopyInto(o.(*v1alpha1.Company))
		return nil
	}
	return b.Reader.Get(ctx, key, o, opts...)
}

func TestAPinIsSeenByItsAuthorAlthoughTheCacheIsBehind(t *testing.T) {
	t.Parallel()
	s, resources := newStored(t)
	company := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Name: "acme", Namespace: resources.Namespace}}
	company.Spec.Domains = []v1alpha1.Domain{"acme.example"}
	if err := resources.Client.Create(t.Context(), company); err != nil {
		t.Fatal(err)
	}
	d := store.Document{ID: "d", Company: "acme", URL: "https://acme.example/privacy", Type: "privacy_policy", State: store.DocumentPresent}
	if _, err := s.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: d, Create: true}); err != nil {
		t.Fatal(err)
	}
	cache := &behind{Reader: resources.Client, first: *company}
	cache.reads.Store(3)
	resources.Cache = cache
	documents := NewDocuments(NewGuard(s, logr.Discard()), s, resources, nil)
	operator := Caller{Actor: "user:test", Scopes: []store.APIScope{store.ScopeAdmin}}
	if _, err := documents.Pin(t.Context(), operator, "d"); err != nil {
		t.Fatal(err)
	}
	if got, err := documents.Get(t.Context(), operator, "d", time.Time{}); err != nil || !got.Pinned {
		t.Errorf("the document is pinned: %v, error %v", got.Pinned, err)
	}
}
