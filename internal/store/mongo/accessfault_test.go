package mongo

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// Every write of access records whose response is lost must take effect once, and must not be
// reported as a conflict with itself.
func TestFaultsNeitherLoseNorDuplicateAccessWrites(t *testing.T) {
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	t.Parallel()
	set := startOwnSet(t)
	clean := open(t, set.URI, "faults")
	host, _, _ := strings.Cut(strings.TrimPrefix(set.URI, "mongodb://"), "/")
	p := newProxy(t, host)
	s := open(t, p.uri(), "faults")
	ctx := t.Context()
	l, err := s.AcquireLease(ctx, "notify", "me", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	f := store.Fence{LeaseName: l.Name, Epoch: l.Epoch}
	began := time.Now().UTC().Truncate(time.Millisecond)
	w, err := s.CreateWebhook(ctx, store.Webhook{ID: "w", URL: "https://x.example/", Secrets: []store.Secret{store.NewSecret("whsec_x")}, State: store.WebhookActive, CreatedAt: began})
	if err != nil {
		t.Fatal(err)
	}
	var review store.Review
	deliver := func(i int) error {
		sequence := int64(i + 1)
		d := store.Delivery{ChangeID: fmt.Sprint(i), Sequence: sequence, Company: "c", DocumentID: "d", CreatedAt: began, NextAttempt: began}
		return s.EnqueueDeliveries(ctx, f, "w", sequence, []store.Delivery{d})
	}
	claim := func(int) error {
		ds, err := s.ClaimDeliveries(ctx, f, store.DeliveryClaim{WebhookIDs: []string{"w"}, Now: began, Until: began.Add(time.Hour), Limit: 1})
		if err != nil {
			return err
		}
		if len(ds) != 1 || ds[0].Attempts != 1 {
			return fmt.Errorf("claimed %+v", ds)
		}
		return s.FinishDelivery(ctx, f, store.DeliveryResult{ID: ds[0].ID, Attempt: 1, State: store.DeliveryDelivered, At: began})
	}
	operations := []struct {
		name  string
		write func(i int) error
	}{
		{"review", func(i int) (err error) {
			review.ChangeID, review.Company, review.State, review.Author, review.At, review.Note = "x", "c", store.ReviewReviewed, "ann", began, fmt.Sprint(i)
			review, err = s.PutReview(ctx, review)
			return err
		}},
		{"webhook", func(i int) (err error) {
			w.Name = fmt.Sprint(i)
			w, err = s.UpdateWebhook(ctx, w)
			return err
		}},
		{"enqueuing", deliver},
		{"claim", claim},
		{"API key", func(i int) error {
			return s.CreateAPIKey(ctx, store.APIKey{ID: fmt.Sprintf("key%05d", i), Hash: strings.Repeat("0", 64), Name: "k", Scopes: []store.APIScope{store.ScopeRead}, CreatedAt: began})
		}},
		{"session", func(i int) error {
			return s.CreateSession(ctx, store.Session{ID: fmt.Sprintf("%064x", i), User: "ann", CreatedAt: began, ExpiresAt: began.Add(time.Hour)})
		}},
		{"audit entry", func(i int) error {
			return s.AppendAudit(ctx, store.AuditEntry{ID: fmt.Sprint(i), At: began, Actor: "ann", Action: "test", Outcome: store.AuditSucceeded})
		}},
		{"request", func(i int) error {
			r := store.IdempotentRequest{Key: fmt.Sprint(i), Fingerprint: strings.Repeat("0", 64), Owner: "me", CreatedAt: began, ExpiresAt: began.Add(time.Minute)}
			if _, err := s.BeginRequest(ctx, r); err != nil {
				return err
			}
			return s.FinishRequest(ctx, r.Key, "me", store.Response{Status: 200}, began.Add(time.Hour))
		}},
	}
	const writes = 24
	faults, caused := faultsOf(t, p, clean), 0
	for _, o := range operations {
		for i := range writes {
			what := "none"
			if i%2 == 1 {
				what = faults[caused%len(faults)].name
				faults[caused%len(faults)].arm()
				caused++
			}
			if err := o.write(i); err != nil {
				t.Fatalf("%s %d with fault %s: %v", o.name, i, what, err)
			}
		}
	}
	atServer := disableFailPoint(t, clean)
	if review.Revision != writes || w.Revision != writes+1 {
		t.Errorf("the review has the revision %d, the webhook %d", review.Revision, w.Revision)
	}
	opts := store.ListOptions{Limit: store.MaxLimit}
	deliveries, _, err := clean.ListDeliveries(ctx, store.DeliveryQuery{State: store.DeliveryDelivered, ListOptions: opts})
	if err != nil || len(deliveries) != writes {
		t.Errorf("%d of %d deliveries are delivered, %v", len(deliveries), writes, err)
	}
	entries, _, err := clean.ListAudit(ctx, store.AuditQuery{ListOptions: opts})
	if err != nil || len(entries) != writes {
		t.Errorf("there are %d of %d audit entries, %v", len(entries), writes, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.faults+atServer < caused {
		t.Errorf("the proxy caused %d faults and the server %d, want %d in total", p.faults, atServer, caused)
	}
}
