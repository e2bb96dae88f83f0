// Package stagetest provides fakes for tests that call a reconciler directly, without a
// manager or a cache, so that they never wait. controllers/controllertest runs the
// controllers on real backends.
package stagetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/index"
)

// Client is a client of objects in memory. It has the indexes of the controllers.
type Client struct {
	client.Client
	// StatusWrites counts the status patches.
	StatusWrites int
	// StatusError is the error of all status patches; nil lets them succeed.
	StatusError error
}

// NewClient returns a client of the given objects.
func NewClient(t *testing.T, objects ...client.Object) *Client {
	t.Helper()
	c := &Client{}
	patchStatus := func(ctx context.Context, inner client.Client, sub string, obj client.Object, p client.Patch, o ...client.SubResourcePatchOption) error {
		c.StatusWrites++
		if c.StatusError != nil {
			return c.StatusError
		}
		return inner.SubResource(sub).Patch(ctx, obj, p, o...)
	}
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	b := fake.NewClientBuilder().WithScheme(scheme).WithInterceptorFuncs(interceptor.Funcs{SubResourcePatch: patchStatus}).
		WithObjects(objects...).WithStatusSubresource(&v1alpha1.Company{}, &v1alpha1.CrawlJob{})
	if err := index.Register(t.Context(), indexer{b}); err != nil {
		t.Fatal(err)
	}
	c.Client = b.Build()
	return c
}

// indexer registers indexes with the builder of a fake client.
type indexer struct{ b *fake.ClientBuilder }

// IndexField implements client.FieldIndexer.
func (i indexer) IndexField(_ context.Context, obj client.Object, field string, extract client.IndexerFunc) error {
	i.b.WithIndex(obj, field, extract)
	return nil
}

// Recorder is an event recorder that keeps the events as text.
type Recorder struct{ events []string }

var _ events.EventRecorder = (*Recorder)(nil)

// Eventf implements events.EventRecorder.
func (r *Recorder) Eventf(_, _ runtime.Object, eventType, reason, _, note string, args ...any) {
	r.events = append(r.events, fmt.Sprintf("%s %s: %s", eventType, reason, fmt.Sprintf(note, args...)))
}

// Expect fails the test unless the events since the last Expect have these types and
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

// ExpectRequeue fails the test unless a reconcile requeues its object after this delay.
func ExpectRequeue(t *testing.T, got ctrl.Result, want time.Duration) {
	t.Helper()
	if got.RequeueAfter != want {
		t.Errorf("requeued after %s, want %s", got.RequeueAfter, want)
	}
}
