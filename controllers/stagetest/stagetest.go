// Package stagetest provides fakes for tests that call a reconciler directly: without a
// manager, a cache, or a wait. controllers/controllertest runs the controllers on real
// backends.
package stagetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/index"
)

// NewClient returns a client that holds objects in memory and has the indexes of the
// controllers. funcs may replace calls.
func NewClient(t *testing.T, funcs interceptor.Funcs, objects ...client.Object) client.WithWatch {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	b := fake.NewClientBuilder().WithScheme(scheme).WithInterceptorFuncs(funcs).
		WithObjects(objects...).WithStatusSubresource(&v1alpha1.Company{}, &v1alpha1.CrawlJob{})
	if err := index.Register(t.Context(), indexer{b}); err != nil {
		t.Fatal(err)
	}
	return b.Build()
}

// indexer registers indexes with the builder of a fake client.
type indexer struct{ b *fake.ClientBuilder }

// IndexField implements client.FieldIndexer.
func (i indexer) IndexField(_ context.Context, obj client.Object, field string, extract client.IndexerFunc) error {
	i.b.WithIndex(obj, field, extract)
	return nil
}

// Recorder is an event recorder that keeps the reasons of the events.
type Recorder struct{ events []string }

var _ events.EventRecorder = (*Recorder)(nil)

// Eventf implements events.EventRecorder.
func (r *Recorder) Eventf(_, _ runtime.Object, eventType, reason, _, note string, args ...any) {
	r.events = append(r.events, fmt.Sprintf("%s %s: %s", eventType, reason, fmt.Sprintf(note, args...)))
}

// Expect fails the test unless the events since the last call are of these types and
// reasons, such as "Normal Started".
func (r *Recorder) Expect(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, e := range r.events {
		head, _, _ := strings.Cut(e, ":")
		got = append(got, head)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the events are %q, want %q", r.events, want)
	}
	r.events = nil
}
