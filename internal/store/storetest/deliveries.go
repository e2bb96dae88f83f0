package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

func deliveryTo(webhook string, sequence int64, document string) store.Delivery {
	change := fmt.Sprintf("change-%03d", sequence)
	return store.Delivery{ID: store.DeliveryID(webhook, change), WebhookID: webhook, ChangeID: change, Sequence: sequence, Company: "c", DocumentID: document,
		State: store.DeliveryPending, NextAttempt: at(int(sequence)), CreatedAt: at(int(sequence))}
}

// claim claims deliveries at a time for a minute.
func claim(t *testing.T, s store.Store, seconds, limit int, webhooks ...string) []store.Delivery {
	t.Helper()
	ds, err := s.ClaimDeliveries(t.Context(), store.Fence{}, store.DeliveryClaim{WebhookIDs: webhooks, Now: at(seconds), Until: at(seconds + 60), Limit: limit})
	must(t, err)
	return ds
}

func sequences(ds []store.Delivery) (numbers []int64) {
	for _, d := range ds {
		numbers = append(numbers, d.Sequence)
	}
	return numbers
}

func deliveryEnqueuing(t *testing.T, s store.Store) {
	old, err := s.AcquireLease(t.Context(), "notify", "stale", -time.Second)
	must(t, err)
	held, err := s.AcquireLease(t.Context(), "notify", "owner", time.Hour)
	must(t, err)
	owner, stale := store.Fence{LeaseName: "notify", Epoch: held.Epoch}, store.Fence{LeaseName: "notify", Epoch: old.Epoch}
	one, two := deliveryTo("w", 1, "d"), deliveryTo("w", 2, "e")
	if err := s.EnqueueDeliveries(t.Context(), owner, "w", 3, []store.Delivery{one}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("enqueuing to a webhook that does not exist: %v", err)
	}
	w := createWebhook(t, s, "w")
	if err := s.EnqueueDeliveries(t.Context(), stale, "w", 3, []store.Delivery{one}); !errors.Is(err, store.ErrFenced) {
		t.Errorf("enqueuing with an outdated epoch: %v", err)
	}
	cursor := func() int64 {
		got, err := s.GetWebhook(t.Context(), "w")
		must(t, err)
		if got.Revision != w.Revision {
			t.Errorf("enqueuing changed the revision to %d", got.Revision)
		}
		return got.Cursor
	}
	if list, _, err := s.ListDeliveries(t.Context(), store.DeliveryQuery{}); err != nil || len(list) != 0 || cursor() != 0 {
		t.Errorf("after failed calls there are the deliveries %+v and the cursor %d, %v", list, cursor(), err)
	}
	for range 2 { // the second call changes nothing
		must(t, s.EnqueueDeliveries(t.Context(), owner, "w", 3, []store.Delivery{one, two}))
	}
	got, err := s.GetDelivery(t.Context(), one.ID)
	must(t, err)
	if got != one || cursor() != 3 {
		t.Errorf("enqueued %+v, got %+v, the cursor is %d", one, got, cursor())
	}
	claim(t, s, 10, 1, "w")
	must(t, s.EnqueueDeliveries(t.Context(), owner, "w", 4, []store.Delivery{one}))
	if got, err := s.GetDelivery(t.Context(), one.ID); err != nil || got.Attempts != 1 || cursor() != 4 {
		t.Errorf("a delivery that was enqueued again is %+v, %v, the cursor is %d", got, err, cursor())
	}
	must(t, s.EnqueueDeliveries(t.Context(), owner, "w", 5, nil))
	must(t, s.EnqueueDeliveries(t.Context(), owner, "w", 4, nil)) // a cursor does not decrease
	if cursor() != 5 {
		t.Errorf("the cursor is %d", cursor())
	}
	for what, err := range map[string]error{
		"claim": func() error {
			_, err := s.ClaimDeliveries(t.Context(), stale, store.DeliveryClaim{WebhookIDs: []string{"w"}, Now: at(900), Until: at(901)})
			return err
		}(),
		"finish": s.FinishDelivery(t.Context(), stale, store.DeliveryResult{ID: one.ID, Attempt: 1, State: store.DeliveryDelivered, At: at(11)}),
	} {
		if !errors.Is(err, store.ErrFenced) {
			t.Errorf("%s with an outdated epoch: %v", what, err)
		}
	}
	must(t, s.FinishDelivery(t.Context(), owner, store.DeliveryResult{ID: one.ID, Attempt: 1, State: store.DeliveryDelivered, At: at(11)}))
	if ds, err := s.ClaimDeliveries(t.Context(), owner, store.DeliveryClaim{WebhookIDs: []string{"w"}, Now: at(900), Until: at(901)}); err != nil || len(ds) != 1 || ds[0].ID != two.ID {
		t.Errorf("the owner claimed %+v, %v", ds, err)
	}
}

func deliveryClaims(t *testing.T, s store.Store) {
	var ds []store.Delivery
	for i := range int64(6) {
		ds = append(ds, deliveryTo("w", i+1, fmt.Sprint("d", i)))
	}
	createWebhook(t, s, "w")
	createWebhook(t, s, "v")
	must(t, s.EnqueueDeliveries(t.Context(), store.Fence{}, "w", 6, ds))
	must(t, s.EnqueueDeliveries(t.Context(), store.Fence{}, "v", 9, []store.Delivery{deliveryTo("v", 9, "d0")}))
	for _, step := range []struct {
		now, limit int
		webhooks   []string
		want       []int64
	}{
		{0, 9, []string{"w", "v"}, nil},                        // none is due
		{4, 2, []string{"w", "v"}, []int64{1, 2}},              // the longest due first
		{5, 9, []string{"w"}, []int64{3, 4, 5}},                // not those that are claimed
		{63, 9, []string{"w"}, []int64{6}},                     // still claimed
		{64, 9, []string{"v"}, []int64{9}},                     // of another webhook
		{65, 9, nil, nil},                                      // of no webhook
		{65, 9, []string{"none", "w"}, []int64{1, 2, 3, 4, 5}}, // due again
	} {
		if got := sequences(claim(t, s, step.now, step.limit, step.webhooks...)); !slices.Equal(got, step.want) {
			t.Errorf("at %d s the claim of %v gives %v, want %v", step.now, step.webhooks, got, step.want)
		}
	}
	d, err := s.GetDelivery(t.Context(), ds[0].ID)
	must(t, err)
	if d.Attempts != 2 || !d.NextAttempt.Equal(at(125)) || d.State != store.DeliveryPending {
		t.Errorf("a delivery that was claimed twice is %+v", d)
	}
}

// deliveryContention claims the same deliveries concurrently, as senders do that all assume to
// own the lease.
func deliveryContention(t *testing.T, s store.Store) {
	held, err := s.AcquireLease(t.Context(), "notify", "owner", time.Hour)
	must(t, err)
	f := store.Fence{LeaseName: "notify", Epoch: held.Epoch}
	createWebhook(t, s, "w")
	var ds []store.Delivery
	const n = 40
	for i := range int64(n) {
		ds = append(ds, deliveryTo("w", i+1, fmt.Sprint("d", i)))
	}
	must(t, s.EnqueueDeliveries(t.Context(), f, "w", n, ds))
	var mu sync.Mutex
	claimed := map[string]int{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range n {
				got, err := s.ClaimDeliveries(t.Context(), f, store.DeliveryClaim{WebhookIDs: []string{"w"}, Now: at(100), Until: at(200), Limit: 5})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, d := range got {
					claimed[d.ID]++
				}
				done := len(claimed) == n
				mu.Unlock()
				if done {
					return
				}
			}
		})
	}
	wg.Wait()
	for _, d := range ds {
		if claimed[d.ID] != 1 {
			t.Errorf("delivery %d was claimed %d times", d.Sequence, claimed[d.ID])
		}
	}
}

func deliveryOrder(t *testing.T, s store.Store) {
	createWebhook(t, s, "w")
	createWebhook(t, s, "v")
	must(t, s.EnqueueDeliveries(t.Context(), store.Fence{}, "w", 4, []store.Delivery{deliveryTo("w", 1, "d"), deliveryTo("w", 2, "d"), deliveryTo("w", 3, "e"), deliveryTo("w", 4, "d")}))
	must(t, s.EnqueueDeliveries(t.Context(), store.Fence{}, "v", 4, []store.Delivery{deliveryTo("v", 4, "d")}))
	finish := func(sequence int64, attempt int, state store.DeliveryState, next time.Time) {
		t.Helper()
		must(t, s.FinishDelivery(t.Context(), store.Fence{}, store.DeliveryResult{ID: deliveryTo("w", sequence, "").ID, Attempt: attempt, State: state, NextAttempt: next, At: at(int(sequence))}))
	}
	expect := func(what string, now int, want ...int64) {
		t.Helper()
		if got := sequences(claim(t, s, now, 9, "w")); !slices.Equal(got, want) {
			t.Errorf("%s: claimed %v, want %v", what, got, want)
		}
	}
	expect("the first delivery of each document", 10, 1, 3)
	expect("while it is being sent", 10)
	finish(1, 1, store.DeliveryPending, at(5000))
	expect("while it waits for its next attempt", 20)
	finish(3, 1, store.DeliveryDelivered, time.Time{})
	expect("its next attempt", 5000, 1)
	finish(1, 2, store.DeliveryFailed, time.Time{})
	expect("after all attempts failed", 5000, 2)
	finish(2, 1, store.DeliveryDelivered, time.Time{})
	expect("after it was delivered", 5000, 4)
	if got := sequences(claim(t, s, 5000, 9, "v")); !slices.Equal(got, []int64{4}) {
		t.Errorf("of another webhook: claimed %v", got)
	}
}

func deliveryResults(t *testing.T, s store.Store) {
	w := createWebhook(t, s, "w")
	d := deliveryTo("w", 1, "d")
	must(t, s.EnqueueDeliveries(t.Context(), store.Fence{}, "w", 1, []store.Delivery{d}))
	claim(t, s, 1, 1, "w")
	failed := store.DeliveryResult{ID: d.ID, Attempt: 1, State: store.DeliveryPending, NextAttempt: at(7), At: at(2), Status: 503, Error: "the endpoint responded with 503", Response: "busy"}
	for range 2 { // the second call changes nothing
		must(t, s.FinishDelivery(t.Context(), store.Fence{}, failed))
	}
	want := d
	want.Attempts, want.NextAttempt, want.LastAttempt, want.LastStatus, want.LastError, want.LastResponse = 1, at(7), at(2), 503, failed.Error, "busy"
	if got, err := s.GetDelivery(t.Context(), d.ID); err != nil || got != want {
		t.Errorf("after a failed attempt: %+v, want %+v, %v", got, want, err)
	}
	claim(t, s, 8, 1, "w")
	failed.At = at(9)
	if err := s.FinishDelivery(t.Context(), store.Fence{}, failed); !errors.Is(err, store.ErrConflict) {
		t.Errorf("the result of an attempt before the last claim: %v", err)
	}
	failed.Attempt = 2
	must(t, s.FinishDelivery(t.Context(), store.Fence{}, failed))
	progress := func() store.WebhookProgress {
		got, err := s.GetWebhook(t.Context(), "w")
		must(t, err)
		if got.Revision != w.Revision {
			t.Errorf("a delivery changed the revision to %d", got.Revision)
		}
		return got.WebhookProgress
	}
	if got := progress(); got != (store.WebhookProgress{Cursor: 1, FailingSince: at(2)}) {
		t.Errorf("after two failed attempts the progress is %+v", got)
	}
	claim(t, s, 10, 1, "w")
	delivered := store.DeliveryResult{ID: d.ID, Attempt: 3, State: store.DeliveryDelivered, At: at(11), Status: 204}
	for range 2 {
		must(t, s.FinishDelivery(t.Context(), store.Fence{}, delivered))
	}
	if got, err := s.GetDelivery(t.Context(), d.ID); err != nil || got.State != store.DeliveryDelivered || !got.DeliveredAt.Equal(at(11)) || got.LastError != "" || got.LastStatus != 204 {
		t.Errorf("a delivered one is %+v, %v", got, err)
	}
	if got := progress(); got != (store.WebhookProgress{Cursor: 1, LastDelivered: at(11)}) {
		t.Errorf("after a delivery the progress is %+v", got)
	}
	delivered.At = at(12)
	if err := s.FinishDelivery(t.Context(), store.Fence{}, delivered); !errors.Is(err, store.ErrConflict) {
		t.Errorf("finishing it again: %v", err)
	}
	delivered.ID = "none"
	if err := s.FinishDelivery(t.Context(), store.Fence{}, delivered); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("finishing a delivery that does not exist: %v", err)
	}
	delivered.ID, delivered.Response = d.ID, strings.Repeat("x", store.MaxDeliveryResponse+1)
	if err := s.FinishDelivery(t.Context(), store.Fence{}, delivered); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a long response: %v", err)
	}
}

func deliveryRedelivery(t *testing.T, s store.Store) {
	createWebhook(t, s, "w")
	d := deliveryTo("w", 1, "d")
	must(t, s.EnqueueDeliveries(t.Context(), store.Fence{}, "w", 1, []store.Delivery{d}))
	claim(t, s, 1, 1, "w")
	must(t, s.FinishDelivery(t.Context(), store.Fence{}, store.DeliveryResult{ID: d.ID, Attempt: 1, State: store.DeliveryDelivered, At: at(11), Status: 204}))
	must(t, s.Redeliver(t.Context(), d.ID, at(20)))
	if got := claim(t, s, 20, 1, "w"); len(got) != 1 || got[0].Attempts != 1 {
		t.Errorf("after Redeliver the claim gives %+v", got)
	}
	if err := s.Redeliver(t.Context(), "none", at(20)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("redelivering a delivery that does not exist: %v", err)
	}
	must(t, s.FinishDelivery(t.Context(), store.Fence{}, store.DeliveryResult{ID: d.ID, Attempt: 1, State: store.DeliveryFailed, At: at(21), Status: 410}))
	failing, err := s.GetWebhook(t.Context(), "w")
	must(t, err)
	if !failing.FailingSince.Equal(at(21)) || !failing.LastDelivered.Equal(at(11)) {
		t.Errorf("after a failure the progress is %+v", failing.WebhookProgress)
	}
	failing.State = store.WebhookActive
	active, err := s.UpdateWebhook(t.Context(), failing)
	must(t, err)
	if got, err := s.GetWebhook(t.Context(), "w"); err != nil || !active.FailingSince.IsZero() || !got.FailingSince.IsZero() {
		t.Errorf("an active webhook is failing since %v and %v, %v", active.FailingSince, got.FailingSince, err)
	}
}

func deliveryLists(t *testing.T, s store.Store) {
	states := []store.DeliveryState{store.DeliveryPending, store.DeliveryDelivered, store.DeliveryFailed}
	var all []store.Delivery
	for _, id := range []string{"v", "w"} {
		createWebhook(t, s, id)
		var ds []store.Delivery
		for i := range int64(12) {
			d := deliveryTo(id, i+1, fmt.Sprint("d", i))
			d.CreatedAt = at(int(i) / 2) // two at the same time
			ds = append(ds, d)
		}
		must(t, s.EnqueueDeliveries(t.Context(), store.Fence{}, id, 12, ds))
		claim(t, s, 100, 12, id)
		for i, d := range ds {
			if state := states[i%3]; state != store.DeliveryPending {
				must(t, s.FinishDelivery(t.Context(), store.Fence{}, store.DeliveryResult{ID: d.ID, Attempt: 1, State: state, At: at(101)}))
			}
			d, err := s.GetDelivery(t.Context(), d.ID)
			must(t, err)
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b store.Delivery) int {
		if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 {
			return c
		}
		return strings.Compare(b.ID, a.ID)
	})
	list := func(q store.DeliveryQuery) []store.Delivery {
		return pagesOf(t, 5, func(p store.ListOptions) ([]store.Delivery, string, error) {
			q.ListOptions = p
			return s.ListDeliveries(t.Context(), q)
		})
	}
	for _, webhook := range []string{"", "v", "w"} {
		for _, state := range append([]store.DeliveryState{""}, states...) {
			want := slices.DeleteFunc(slices.Clone(all), func(d store.Delivery) bool {
				return webhook != "" && d.WebhookID != webhook || state != "" && d.State != state
			})
			if got := list(store.DeliveryQuery{WebhookID: webhook, State: state}); !reflect.DeepEqual(got, want) {
				t.Errorf("the deliveries of webhook %q in state %q are %+v, want %+v", webhook, state, got, want)
			}
		}
	}
	checkDeliveryRemoval(t, s, list)
}

// checkDeliveryRemoval cancels, expires and deletes the deliveries of deliveryLists.
func checkDeliveryRemoval(t *testing.T, s store.Store, list func(store.DeliveryQuery) []store.Delivery) {
	t.Helper()
	if n, err := s.CancelDeliveries(t.Context(), "v"); err != nil || n != 4 {
		t.Errorf("%d deliveries were cancelled, %v", n, err)
	}
	if got := list(store.DeliveryQuery{State: store.DeliveryCancelled}); len(got) != 4 || got[0].WebhookID != "v" || got[0].State != store.DeliveryCancelled {
		t.Errorf("the cancelled deliveries are %+v", got)
	}
	if n, err := s.ExpireDeliveries(t.Context(), at(3)); err != nil || n != 10 { // 6 of v, and 4 of w that are not pending
		t.Errorf("%d deliveries expired, %v", n, err)
	}
	if got := list(store.DeliveryQuery{}); len(got) != 14 {
		t.Errorf("%d deliveries remain", len(got))
	}
	must(t, s.DeleteWebhook(t.Context(), "w"))
	if got := list(store.DeliveryQuery{WebhookID: "w"}); len(got) != 0 {
		t.Errorf("a deleted webhook has the deliveries %+v", got)
	}
}

func deliveryBounds(t *testing.T, s store.Store) {
	createWebhook(t, s, "w")
	later := deliveryTo("w", 5, "d")
	for what, ds := range map[string][]store.Delivery{
		"many":                    make([]store.Delivery, store.MaxDeliveryBatch+1),
		"one after the cursor":    {later},
		"one without a document":  {deliveryTo("w", 1, "")},
		"one of no creation time": {{ChangeID: "x", Company: "c", DocumentID: "d", Sequence: 1}},
	} {
		if err := s.EnqueueDeliveries(t.Context(), store.Fence{}, "w", 4, ds); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("enqueuing %s: %v", what, err)
		}
	}
	if _, err := s.ClaimDeliveries(t.Context(), store.Fence{}, store.DeliveryClaim{WebhookIDs: []string{"w"}, Now: at(2), Until: at(2)}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a claim for no time: %v", err)
	}
	if _, _, err := s.ListDeliveries(t.Context(), store.DeliveryQuery{State: "Lost"}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("listing an unknown state: %v", err)
	}
}
