package kubestore

import (
	"context"
	"encoding/json"
	"sync"
	"testing"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func jobNamed(name, uid string) *v1alpha1.CrawlJob {
	return &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, UID: types.UID(uid)}}
}

// counts returns the counts of the stored events by object UID, reason and note.
func counts(t *testing.T, s store.Objects) map[[3]string]int {
	t.Helper()
	items, next, _, err := s.ListObjects(t.Context(), eventKind, "", store.ListOptions{Limit: store.MaxLimit})
	if err != nil || next != "" {
		t.Fatalf("list the events: %v, next %q", err, next)
	}
	got := map[[3]string]int{}
	for _, o := range items {
		var e Event
		if err := json.Unmarshal(o.JSON, &e); err != nil {
			t.Fatal(err)
		}
		if e.First.IsZero() || e.Last.Before(e.First) {
			t.Errorf("an event has the times %s to %s", e.First, e.Last)
		}
		got[[3]string{o.UID, e.Reason, e.Note}] += e.Count
		if e.Count < 1 {
			t.Errorf("an event has the count %d", e.Count)
		}
	}
	if len(got) != len(items) {
		t.Errorf("%d events are stored as %d records", len(got), len(items))
	}
	return got
}

func TestEqualEventsOfAnObjectAreCounted(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	r := NewRecorder(t.Context(), s, logr.Discard())
	a, again, b := jobNamed("a", "1"), jobNamed("a", "2"), jobNamed("b", "3")
	var all sync.WaitGroup
	for range 4 { // fewer concurrent writers than attempts
		all.Go(func() {
			r.Eventf(a, nil, corev1.EventTypeNormal, "Started", "Crawl", "The crawl of %s has started.", "acme")
		})
	}
	all.Wait()
	r.Eventf(a, nil, corev1.EventTypeNormal, "Started", "Crawl", "The crawl of %s has started.", "other")
	r.Eventf(a, nil, corev1.EventTypeWarning, "Failed", "Crawl", "it failed")
	r.Eventf(again, nil, corev1.EventTypeWarning, "Failed", "Crawl", "it failed") // another object with the same name
	r.Eventf(b, nil, corev1.EventTypeWarning, "Failed", "Crawl", "it failed")
	r.Eventf(b, nil, corev1.EventTypeWarning, "Failed", "Crawl", "it failed")
	want := map[[3]string]int{
		{"1", "Started", "The crawl of acme has started."}: 4, {"1", "Started", "The crawl of other has started."}: 1,
		{"1", "Failed", "it failed"}: 1, {"2", "Failed", "it failed"}: 1, {"3", "Failed", "it failed"}: 2,
	}
	got := counts(t, s)
	for e, n := range want {
		if got[e] != n {
			t.Errorf("event %v has the count %d, want %d", e, got[e], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("the events are %v", got)
	}
}
