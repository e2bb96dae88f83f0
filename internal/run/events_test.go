package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// eventsOf returns the events of a run as "type reason path", in order.
func eventsOf(t *testing.T, s store.RunEvents, run string) (all []string) {
	t.Helper()
	for after := int64(0); ; {
		events, err := s.ListRunEvents(t.Context(), run, after, store.MaxLimit)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 0 {
			return all
		}
		for _, e := range events {
			after = e.Sequence
			all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s %s", e.Type, e.Reason, strings.TrimPrefix(e.URL, "https://example.com"))))
			if e.At.IsZero() || len(e.Message) > maxEventMessage {
				t.Errorf("the event %+v has no time or a long message", e)
			}
		}
	}
}

func TestARunRecordsItsEvents(t *testing.T) {
	t.Parallel()
	w := newWeb(t, map[string]string{
		"/":        home("/privacy", "Privacy Policy", "/terms", "Terms of Service", "/gone", "Imprint"),
		"/privacy": policy("Privacy Policy"), "/terms": policy("Terms of Service"),
	})
	s := openStore(t)
	r := w.runner(t, s)
	events := eventsOf(t, s, crawlOnce(t, r).Run.ID)
	for _, want := range []string{"DocumentFound Created /privacy", "DocumentFound Created /terms", "Failure not_found /gone"} {
		if !slices.Contains(events, want) {
			t.Errorf("the events are %q, want also %q", events, want)
		}
	}
	// Probes such as /imprint find nothing, which is no failure.
	if n := len(events); n != 4 || events[n-1] != "StateChanged Complete" {
		t.Errorf("the events are %q, want 4, the end last", events)
	}
	w.set("/terms", policy("Terms of Service")+"<p>We may change the prices of the service with a notice of thirty days before they apply.</p>")
	events = eventsOf(t, s, crawlOnce(t, r).Run.ID)
	if !slices.Contains(events, "VersionStored Changed /terms") || slices.Contains(events, "DocumentFound Created /privacy") {
		t.Errorf("the events of the second run are %q", events)
	}
}

func TestAnInterruptedRunRecordsEachDocumentOnce(t *testing.T) {
	t.Parallel()
	w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy", "/terms", "Terms of Service"), "/privacy": policy("Privacy Policy"), "/terms": policy("Terms of Service")})
	s := openStore(t)
	r := w.runner(t, s)
	first := interruptWhen(t, r, func(p crawl.Progress) bool { return p.LegalFound > 0 }, func(*Task) {})
	rep := crawlOnce(t, r)
	if first.Run.ID != rep.Run.ID {
		t.Fatalf("run %s was not resumed", first.Run.ID)
	}
	counts := map[string]int{}
	for _, e := range eventsOf(t, s, rep.Run.ID) {
		counts[e]++
	}
	for _, want := range []string{"DocumentFound Created /privacy", "DocumentFound Created /terms", "StateChanged Interrupted", "StateChanged Complete"} {
		if counts[want] != 1 {
			t.Errorf("the events are %v, want %q once", counts, want)
		}
	}
}

// A worker is killed after a checkpoint and before it wrote its events, so the pages of the
// documents are not fetched again.
func TestAResumedRunRecordsTheDocumentsWhoseEventsWereLost(t *testing.T) {
	t.Parallel()
	w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy", "/terms", "Terms of Service", "/held", "Imprint"), "/privacy": policy("Privacy Policy"), "/terms": policy("Terms of Service"), "/held": held})
	s := openStore(t)
	first := interruptWhen(t, w.runner(t, &failingEvents{Store: s, failures: 1_000}), func(p crawl.Progress) bool { return p.LegalFound == 2 }, func(*Task) {})
	if events := eventsOf(t, s, first.Run.ID); first.Run.State != store.RunInterrupted || len(events) > 0 {
		t.Fatalf("the first execution is %s with the events %q", first.Run.State, events)
	}
	w.set("/held", "")
	rep := crawlOnce(t, w.runner(t, s))
	counts := map[string]int{}
	for _, e := range eventsOf(t, s, rep.Run.ID) {
		counts[e]++
	}
	for _, want := range []string{"DocumentFound Created /privacy", "DocumentFound Created /terms", "StateChanged Complete"} {
		if counts[want] != 1 {
			t.Errorf("the events are %v, want %q once", counts, want)
		}
	}
}

func TestEventsOfFailuresAndHostsAreBounded(t *testing.T) {
	t.Parallel()
	st := testStorage(t)
	if err := st.store.PutRun(t.Context(), store.Run{ID: st.runID, Company: st.company, State: store.RunRunning}); err != nil {
		t.Fatal(err)
	}
	l := &eventLog{storage: st, log: logr.Discard()}
	for i := range maxFailureEvents + 7 {
		l.outcome(crawl.Outcome{Kind: crawl.OutcomeFailed, URL: fmt.Sprint("https://example.com/", i), Reason: crawl.SkipTimeout})
		l.host(crawl.HostEvent{Host: "example.com", Kind: crawl.HostPaused, Reason: crawl.HostRetryAfter})
	}
	l.outcome(crawl.Outcome{Kind: crawl.OutcomeSkipped, URL: "https://example.com/x", Reason: crawl.SkipRobots})
	l.state(store.Run{State: store.RunComplete})
	l.flush(t.Context())
	events := eventsOf(t, st.store, st.runID)
	if n := maxFailureEvents + maxHostEvents + 3; len(events) != n || events[n-1] != "StateChanged Complete" || events[n-2] != "Failure NotRecorded" || events[n-3] != "Failure NotRecorded" {
		t.Errorf("there are %d events, want %d; the last are %q", len(events), n, events[max(0, len(events)-4):])
	}
}

// failingEvents fails the first calls of AppendRunEvents.
type failingEvents struct {
	Store
	failures int
}

func (f *failingEvents) AppendRunEvents(ctx context.Context, fence store.Fence, id string, events []store.RunEvent) error {
	if f.failures > 0 {
		f.failures--
		return errors.New("no response")
	}
	return f.Store.AppendRunEvents(ctx, fence, id, events)
}

func TestEventsThatCouldNotBeWrittenAreWrittenLater(t *testing.T) {
	t.Parallel()
	st := testStorage(t)
	if err := st.store.PutRun(t.Context(), store.Run{ID: st.runID, Company: st.company, State: store.RunRunning}); err != nil {
		t.Fatal(err)
	}
	st.store = &failingEvents{Store: st.store, failures: 1}
	l := &eventLog{storage: st, log: logr.Discard()}
	for i := range 2 * store.MaxRunEventBatch {
		l.document(Found{Document: store.Document{ID: fmt.Sprint(i)}, Change: Created})
	}
	l.flush(t.Context())
	l.document(Found{Document: store.Document{ID: "last"}, Change: Created})
	l.document(Found{Document: store.Document{ID: "same"}, Change: Unchanged})
	l.flush(t.Context())
	if n := len(eventsOf(t, st.store, st.runID)); n != 2*store.MaxRunEventBatch+1 {
		t.Errorf("%d events were written", n)
	}
}

func TestPendingEventsAreBounded(t *testing.T) {
	t.Parallel()
	l := &eventLog{log: logr.Discard()}
	for i := range 2 * maxPendingEvents {
		l.document(Found{Document: store.Document{ID: fmt.Sprint(i)}, Change: Created})
	}
	l.state(store.Run{State: store.RunFailed})
	if n := len(l.pending); n != maxPendingEvents+1 || l.pending[n-1].Type != store.RunStateChanged {
		t.Errorf("%d events are pending, the last one is %+v", n, l.pending[n-1])
	}
}
