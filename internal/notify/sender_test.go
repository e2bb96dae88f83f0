package notify_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/clausea/crawler/internal/notify"
	"github.com/clausea/crawler/internal/store"
)

// verify checks a message with the library of Standard Webhooks.
func verify(t *testing.T, s store.Secret, m message) error {
	t.Helper()
	w, err := standardwebhooks.NewWebhook(s.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	return w.Verify(m.body, m.header)
}

// checkMessage checks the form and the signature of a message about a change of acme.
func checkMessage(t *testing.T, m message) {
	t.Helper()
	e := m.event
	if err := verify(t, secret, m); err != nil {
		t.Errorf("message %s: %v", e.ID, err)
	}
	if e.ID != m.header.Get("webhook-id") || e.SpecVersion != "1.0" || e.Type != notify.ChangeEvent || e.Subject != e.Data.DocumentID || e.Source == "" {
		t.Errorf("message %s: %s", m.header.Get("webhook-id"), m.body)
	}
	if tags := strings.Join(e.Data.Tags, " "); tags != "company:acme document:"+e.Subject {
		t.Errorf("the tags are %s", tags)
	}
	if ct := m.header.Get("Content-Type"); !strings.HasPrefix(ct, "application/cloudevents+json") {
		t.Errorf("Content-Type is %s", ct)
	}
}

func TestEachChangeIsSentOnceSignedAndInTheOrderOfItsDocument(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := newReceiver(t)
	f.change("acme", "old", store.ChangeCreated)
	latest, err := f.store.LatestChange(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.webhook("w", r.server.URL+"/hook?token=hunter2", func(w *store.Webhook) { w.Cursor = latest })
	f.start(f.options("a"))
	var ids []string
	for n := range 4 {
		for document := range 3 {
			kind := store.ChangeChanged
			if n == 0 {
				kind = store.ChangeCreated
			}
			ids = append(ids, f.change("acme", fmt.Sprint("d", document), kind))
		}
	}
	for _, id := range ids {
		f.awaitState("w", id, store.DeliveryDelivered)
	}
	got := r.received()
	if len(got) != len(ids) {
		t.Fatalf("the endpoint received %d messages, want %d", len(got), len(ids))
	}
	seen, last := map[string]bool{}, map[string]int64{}
	for _, m := range got {
		e := m.event
		checkMessage(t, m)
		if seen[e.ID] {
			t.Errorf("message %s was sent twice", e.ID)
		}
		if e.Data.Sequence <= last[e.Subject] {
			t.Errorf("document %s: sequence %d after %d", e.Subject, e.Data.Sequence, last[e.Subject])
		}
		seen[e.ID], last[e.Subject] = true, e.Data.Sequence
	}
	eventually(t, "the count of the metric", func() bool { return f.counted("delivered") == float64(len(ids)) })
	if log := f.log.String(); strings.Contains(log, "hunter2") || strings.Contains(log, "whsec_") || strings.Contains(log, "/hook") || !strings.Contains(log, ids[0]) {
		t.Errorf("the log has a credential, or no deliveries: %s", log)
	}
}

func TestAWebhookReceivesWhatItsFilterSelects(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := newReceiver(t)
	f.webhook("w", r.server.URL, func(w *store.Webhook) {
		w.Filter = store.WebhookFilter{Companies: []string{"acme"}, Kinds: []store.ChangeKind{store.ChangeChanged}}
	})
	f.webhook("all", r.server.URL, nil)
	f.webhook("paused", r.server.URL, func(w *store.Webhook) { w.State = store.WebhookPaused })
	f.start(f.options("a"))
	f.change("acme", "a", store.ChangeCreated)
	f.change("other", "b", store.ChangeCreated)
	f.change("legal/acme", "c", store.ChangeCreated) // of another namespace
	changed := f.change("acme", "a", store.ChangeChanged)
	f.awaitState("w", changed, store.DeliveryDelivered)
	f.awaitState("all", changed, store.DeliveryDelivered)
	for webhook, want := range map[string]int{"w": 1, "all": 3, "paused": 0} {
		list, _, err := f.store.ListDeliveries(t.Context(), store.DeliveryQuery{WebhookID: webhook})
		if err != nil || len(list) != want {
			t.Errorf("webhook %s has %d deliveries, %v; want %d", webhook, len(list), err, want)
		}
	}
}

func TestAFailingEndpointIsTriedForThreeDaysAndThenDisabled(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := newReceiver(t)
	r.answer(func(w http.ResponseWriter, _ message) {
		http.Error(w, "broken\x00\x1b", http.StatusInternalServerError)
	})
	f.webhook("w", r.server.URL, nil)
	f.start(f.options("a"))
	started := f.clock.Now()
	id := f.change("acme", "d", store.ChangeCreated)
	waits := []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
	for n, wait := range waits {
		d := f.awaitAttempt("w", id, n+1)
		if got := d.NextAttempt.Sub(d.LastAttempt); d.State != store.DeliveryPending || got < wait || got > wait*11/10 {
			t.Fatalf("after attempt %d the delivery is %s and waits for %s, want %s and at most a tenth more", n+1, d.State, got, wait)
		}
		if d.LastStatus != 500 || d.LastResponse != "broken\n" || !strings.Contains(d.LastError, "500") {
			t.Errorf("the result is %d %q %q", d.LastStatus, d.LastError, d.LastResponse)
		}
		f.clock.set(d.NextAttempt)
	}
	w := f.awaitWebhook("w", store.WebhookDisabled)
	if d := f.delivery("w", id); d.State != store.DeliveryFailed || d.Attempts != 10 {
		t.Errorf("at last the delivery is %+v", d)
	}
	if took := f.clock.Now().Sub(started); took < 72*time.Hour || !strings.Contains(w.StateReason, "3 days") {
		t.Errorf("after %s the webhook is disabled because %s", took, w.StateReason)
	}
	if got := r.received(); len(got) != 10 || got[0].header.Get("webhook-id") != got[9].header.Get("webhook-id") || got[0].header.Get("webhook-timestamp") == got[9].header.Get("webhook-timestamp") {
		t.Errorf("the endpoint received %d messages", len(got))
	}
	if f.counted("retried") != 9 || f.counted("failed") != 1 {
		t.Errorf("the metric counts %v retried and %v failed attempts", f.counted("retried"), f.counted("failed"))
	}
}

func TestLaterChangesOfADocumentWaitForAFailedOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := newReceiver(t)
	r.answer(func(w http.ResponseWriter, m message) {
		if m.event.Subject == "d" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	f.webhook("w", r.server.URL, nil)
	f.start(f.options("a"))
	first := f.change("acme", "d", store.ChangeCreated)
	second := f.change("acme", "d", store.ChangeChanged)
	other := f.change("acme", "e", store.ChangeCreated)
	d := f.awaitAttempt("w", first, 1)
	f.awaitState("w", other, store.DeliveryDelivered)
	if d := f.delivery("w", second); d.Attempts != 0 {
		t.Errorf("the later change was sent: %+v", d)
	}
	r.answer(status(http.StatusOK))
	f.clock.set(d.NextAttempt)
	f.awaitState("w", second, store.DeliveryDelivered)
	if d := f.delivery("w", first); d.State != store.DeliveryDelivered || d.Attempts != 2 {
		t.Errorf("the first change is %+v", d)
	}
}

func TestStatus410DisablesAWebhookAndCancelsItsDeliveries(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := newReceiver(t)
	r.answer(status(http.StatusGone))
	f.webhook("w", r.server.URL, nil)
	first := f.change("acme", "d", store.ChangeCreated)
	second := f.change("acme", "d", store.ChangeChanged)
	f.start(f.options("a"))
	w := f.awaitWebhook("w", store.WebhookDisabled)
	if !strings.Contains(w.StateReason, "410") {
		t.Errorf("the webhook is disabled because %s", w.StateReason)
	}
	eventually(t, "the log line", func() bool { return strings.Contains(f.log.String(), "webhook disabled") })
	f.awaitState("w", first, store.DeliveryFailed)
	eventually(t, "the end of the second delivery", func() bool { // it may have been claimed before the webhook was disabled
		state := f.delivery("w", second).State
		return state == store.DeliveryCancelled || state == store.DeliveryFailed
	})
	if n := len(r.received()); n > 2 {
		t.Errorf("the endpoint received %d messages", n)
	}
}

func TestPendingDeliveriesToAPausedWebhookAreCancelled(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := newReceiver(t)
	f.webhook("w", r.server.URL, func(w *store.Webhook) { w.State = store.WebhookPaused })
	now := f.clock.Now()
	err := f.store.EnqueueDeliveries(t.Context(), store.Fence{}, "w", 1, []store.Delivery{{
		ChangeID: "c", Sequence: 1, Company: "acme", DocumentID: "d", CreatedAt: now, NextAttempt: now,
	}})
	if err != nil {
		t.Fatal(err)
	}
	f.start(f.options("a"))
	f.awaitState("w", "c", store.DeliveryCancelled)
	if n := len(r.received()); n != 0 {
		t.Errorf("the endpoint received %d messages", n)
	}
}

func TestAnOverloadedEndpointGetsNothingUntilItsRetryAfter(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := newReceiver(t)
	r.answer(status(http.StatusTooManyRequests, "Retry-After", "3600"))
	f.webhook("w", r.server.URL, nil)
	f.start(f.options("a"))
	first := f.change("acme", "d", store.ChangeCreated)
	d := f.awaitAttempt("w", first, 1)
	if got := d.NextAttempt.Sub(d.LastAttempt); got < time.Hour {
		t.Errorf("the next attempt is due after %s, want the Retry-After of an hour", got)
	}
	r.answer(status(http.StatusOK))
	f.clock.set(d.LastAttempt.Add(59 * time.Minute))
	second := f.change("acme", "e", store.ChangeCreated)
	eventually(t, "the enqueuing", func() bool { return f.delivery("w", second).ID != "" })
	probe := f.webhook("probe", r.server.URL, nil) // shows that the sender has claimed meanwhile
	f.awaitState(probe.ID, second, store.DeliveryDelivered)
	if d := f.delivery("w", second); d.Attempts != 0 {
		t.Errorf("the overloaded endpoint got another delivery: %+v", d)
	}
	f.clock.set(d.NextAttempt)
	f.awaitState("w", first, store.DeliveryDelivered)
	f.awaitState("w", second, store.DeliveryDelivered)
}

func TestAnEndpointThatHangsDoesNotDelayOthers(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *notify.ClientOptions) { o.Timeout = 2 * time.Second })
	hanging, working := newReceiver(t), newReceiver(t)
	released := make(chan struct{})
	hanging.answer(func(http.ResponseWriter, message) { <-released })
	t.Cleanup(func() { close(released) })
	f.webhook("hanging", hanging.server.URL, nil)
	f.webhook("working", working.server.URL, nil)
	f.start(f.options("a"))
	var ids []string
	for n := range 20 {
		ids = append(ids, f.change("acme", fmt.Sprint("d", n), store.ChangeCreated))
	}
	for _, id := range ids {
		f.awaitState("working", id, store.DeliveryDelivered)
	}
	eventually(t, "a timeout", func() bool {
		list, _, err := f.store.ListDeliveries(t.Context(), store.DeliveryQuery{WebhookID: "hanging"})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			if d.LastError == "the endpoint did not respond within 2s" {
				return true
			}
		}
		return false
	})
}

func TestBothSecretsSignUntilTheEndOfARotation(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := newReceiver(t)
	next := notify.NewSecret()
	f.webhook("w", r.server.URL, func(w *store.Webhook) {
		w.Secrets, w.PreviousSecretUntil = []store.Secret{next, secret}, f.clock.Now().Add(time.Minute)
	})
	f.start(f.options("a"))
	f.awaitState("w", f.change("acme", "d", store.ChangeCreated), store.DeliveryDelivered)
	f.clock.set(f.clock.Now().Add(2 * time.Minute)) // within the tolerance of the verification
	f.awaitState("w", f.change("acme", "d", store.ChangeChanged), store.DeliveryDelivered)
	got := r.received()
	if len(got) != 2 || verify(t, next, got[0]) != nil || verify(t, secret, got[0]) != nil {
		t.Fatalf("during the rotation, a secret does not verify the signatures %q", got[0].header["Webhook-Signature"])
	}
	if verify(t, next, got[1]) != nil || verify(t, secret, got[1]) == nil {
		t.Errorf("after the rotation the signature is %q", got[1].header["Webhook-Signature"])
	}
}

func TestMoreChangesThanOneBatchAreEnqueuedEachOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r := newReceiver(t)
	r.answer(status(http.StatusInternalServerError)) // so that the order of the document holds the others back
	f.webhook("w", r.server.URL, nil)
	const n = 2*store.MaxDeliveryBatch + 30
	d := store.Document{ID: "d", Company: "acme", URL: "https://x.example/d", State: store.DocumentPresent}
	commit := store.Commit{Document: d, Create: true}
	for i := range n {
		commit.Changes = append(commit.Changes, store.Change{ID: fmt.Sprint("change-", i), Kind: store.ChangeMoved, At: f.clock.Now(), Company: "acme", DocumentID: "d"})
	}
	if _, err := f.store.CommitDocument(t.Context(), store.Fence{}, commit); err != nil {
		t.Fatal(err)
	}
	f.start(f.options("a"))
	eventually(t, "the enqueuing", func() bool {
		w, err := f.store.GetWebhook(t.Context(), "w")
		return err == nil && w.Cursor == n
	})
	list, next, err := f.store.ListDeliveries(t.Context(), store.DeliveryQuery{WebhookID: "w", ListOptions: store.ListOptions{Limit: store.MaxLimit}})
	if err != nil || len(list) != n || next != "" {
		t.Errorf("%d deliveries are enqueued, %v; want %d", len(list), err, n)
	}
}
