package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/notify"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Deliveries returns one page of the deliveries to a webhook, newest first. An empty state
// selects all.
func (s *Webhooks) Deliveries(ctx context.Context, caller Caller, id string, state store.DeliveryState, opts store.ListOptions) ([]store.Delivery, string, error) {
	if err := caller.Authorize(store.ScopeAdmin); err != nil {
		return nil, "", err
	}
	if _, err := s.get(ctx, id); err != nil {
		return nil, "", err
	}
	items, next, err := s.Store.ListDeliveries(ctx, store.DeliveryQuery{WebhookID: id, State: state, ListOptions: opts})
	for i := range items {
		items[i].Company = notify.CompanyName(items[i].Company)
	}
	return items, next, err
}

// Redeliver makes a delivery due now, whatever its state, and returns it. The message has the
// same ID as before.
func (s *Webhooks) Redeliver(ctx context.Context, caller Caller, id, deliveryID string) (d store.Delivery, err error) {
	err = s.Guard.Change(ctx, caller, Action{Name: "webhook.redeliver", Scope: store.ScopeAdmin, TargetKind: "webhook", TargetName: id}, func(ctx context.Context, r *Recorded) error {
		w, err := s.get(ctx, id)
		if err != nil {
			return err
		}
		missing := problem.New(problem.NotFound, "the webhook has no delivery %.40q", deliveryID)
		if d, err = s.Store.GetDelivery(ctx, deliveryID); errors.Is(err, store.ErrNotFound) || err == nil && d.WebhookID != id {
			return missing
		}
		if err != nil {
			return fmt.Errorf("read delivery %s: %w", deliveryID, err)
		}
		if w.State != store.WebhookActive {
			return problem.New(problem.Conflict, "the webhook is %s; set its state to Active first", w.State)
		}
		now := s.Guard.Now()
		if err := s.Store.Redeliver(ctx, deliveryID, now); errors.Is(err, store.ErrNotFound) {
			return missing
		} else if err != nil {
			return fmt.Errorf("redeliver %s: %w", deliveryID, err)
		}
		d.State, d.NextAttempt, d.Attempts = store.DeliveryPending, store.StoredTime(now), 0
		d.Company = notify.CompanyName(d.Company)
		r.After = map[string]string{"deliveryID": deliveryID}
		return nil
	})
	return d, err
}
