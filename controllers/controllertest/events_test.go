package controllertest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// eventLog is an event recorder in memory.
type eventLog struct {
	// stored, unless nil, reads the backend without a cache. It serves to detect events
	// that are sent before their status is stored.
	stored client.Reader

	mu    sync.Mutex
	logs  []string
	early []string
}

var _ events.EventRecorder = (*eventLog)(nil)

// Eventf implements events.EventRecorder.
func (l *eventLog) Eventf(regarding, _ runtime.Object, kind, reason, _, _ string, _ ...any) {
	name, early := "", ""
	if o, ok := regarding.(client.Object); ok {
		name, early = o.GetName(), l.tooEarly(o, reason)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.logs = append(l.logs, fmt.Sprintf("%s %s %s", name, kind, reason))
	if early != "" {
		l.early = append(l.early, fmt.Sprintf("%s %s: %s", name, reason, early))
	}
}

// tooEarly returns a description of the stored object if its status does not show the
// event yet, and "" otherwise.
func (l *eventLog) tooEarly(o client.Object, reason string) string {
	if l.stored == nil {
		return ""
	}
	now := o.DeepCopyObject().(client.Object)
	if err := l.stored.Get(context.Background(), client.ObjectKeyFromObject(o), now); err != nil {
		return "" // deleted meanwhile
	}
	ok := true
	switch now := now.(type) {
	case *v1alpha1.CrawlJob:
		suspended := meta.IsStatusConditionTrue(now.Status.Conditions, v1alpha1.ConditionSuspended)
		switch reason {
		case v1alpha1.ReasonQueued:
			ok = now.Status.QueueTime != nil || suspended // a suspended job is not queued
		case v1alpha1.EventStarted, v1alpha1.EventResumed:
			ok = now.Status.StartTime != nil || suspended
		case v1alpha1.EventTakenOver, v1alpha1.ReasonRetrying:
			ok = now.Status.Attempts > 0
		case v1alpha1.ReasonSuspended:
			// The user may have changed the spec again.
		default:
			ok = now.Finished() && now.Status.Reason == reason
		}
	case *v1alpha1.Company:
		ok = now.Status.NextCrawlTime != nil || meta.IsStatusConditionTrue(now.Status.Conditions, v1alpha1.ConditionStalled)
	}
	if ok {
		return ""
	}
	return fmt.Sprintf("the stored object is %+v", now)
}

// of returns the reasons of the events of an object, in order.
func (l *eventLog) of(name string) (reasons []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.logs {
		if rest, ok := strings.CutPrefix(e, name+" "); ok {
			_, reason, _ := strings.Cut(rest, " ")
			reasons = append(reasons, reason)
		}
	}
	return reasons
}

// remove removes the events of a deleted object, before another one of its name is created.
func (l *eventLog) remove(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.logs = slices.DeleteFunc(l.logs, func(e string) bool { return strings.HasPrefix(e, name+" ") })
}

// check fails the test if an event was sent before its status was stored, or was sent twice.
// A job that is suspended and resumed may repeat its events.
func (l *eventLog) check(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.early {
		t.Errorf("event sent before its status was stored: %s", e)
	}
	times := map[string]int{}
	for _, e := range l.logs {
		times[e]++
	}
	for e, n := range times {
		name, reason, _ := strings.Cut(e, " ")
		again := times[name+" Normal Suspended"]
		if strings.HasSuffix(reason, v1alpha1.ReasonRetrying) || strings.HasSuffix(reason, v1alpha1.EventTakenOver) {
			continue // one for each attempt
		}
		if n > 1+again && !strings.HasSuffix(reason, v1alpha1.ReasonScheduled) {
			t.Errorf("event %q was sent %d times", e, n)
		}
	}
}

// jobHasFewEvents checks that a crawl has three events, regardless of its number of pages.
func jobHasFewEvents(t *testing.T, b *backend) {
	b.company("acme", nil)
	j := b.job("long", "acme", nil)
	for n := int64(1); n <= 3; n++ {
		pages := int64(100) << (2 * n) // four times as many each time, so that each count is reported
		b.worker(j, func(r *store.Run) {
			r.State, r.Progress.Fetched, r.Progress.Failed = store.RunRunning, pages, 50*n
			r.Progress.Skipped = map[string]int64{"robots": 100 * n, "not_found": 30 * n}
		})
		b.awaitJob(j, "progress", func(j *v1alpha1.CrawlJob) bool {
			return j.Status.Progress != nil && j.Status.Progress.Fetched == pages
		})
	}
	b.complete(j)
	b.await("its events", func() (bool, string) { // the last event is sent after the status
		got := b.events.of(j.Name)
		return slices.Equal(got, []string{v1alpha1.ReasonQueued, v1alpha1.EventStarted, v1alpha1.ReasonConverged}), fmt.Sprint(got)
	})
}
