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

// DeliveryDetail is a delivery with its request.
type DeliveryDetail struct {
	Webhook  store.Webhook
	Delivery store.Delivery
	// Header and Body are those of the request of each attempt. The time and the signature of an
	// attempt are not stored. Body is empty if the change was deleted.
	Header map[string][]string
	Body   []byte
}

// Delivery returns a delivery to a webhook with its request.
func (s *Webhooks) Delivery(ctx context.Context, caller Caller, id, deliveryID string) (d DeliveryDetail, err error) {
	if d.Webhook, err = s.Get(ctx, caller, id); err != nil {
		return d, err
	}
	if d.Delivery, err = s.delivery(ctx, id, deliveryID); err != nil {
		return d, err
	}
	c, err := s.Store.GetChange(ctx, d.Delivery.ChangeID)
	if err == nil {
		d.Header, d.Body, err = notify.ChangeMessage(c)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return d, fmt.Errorf("read the request of delivery %s: %w", deliveryID, err)
	}
	d.Delivery.Company = notify.CompanyName(d.Delivery.Company)
	return d, nil
}

// delivery returns a delivery to a webhook, or a NotFound problem.
func (s *Webhooks) delivery(ctx context.Context, id, deliveryID string) (store.Delivery, error) {
	d, err := s.Store.GetDelivery(ctx, deliveryID)
	if errors.Is(err, store.ErrNotFound) || err == nil && d.WebhookID != id {
		return d, problem.New(problem.NotFound, "the webhook has no delivery %.40q", deliveryID)
	}
	if err != nil {
		return d, fmt.Errorf("read delivery %s: %w", deliveryID, err)
	}
	return d, nil
}

// Redeliver makes a delivery due now, whatever its state, and returns it. The message has the
// same ID as before.
func (s *Webhooks) Redeliver(ctx context.Context, caller Caller, id, deliveryID string) (d store.Delivery, err error) {
	err = s.Guard.Change(ctx, caller, Action{Name: "webhook.redeliver", Scope: store.ScopeAdmin, TargetKind: "webhook", TargetName: id}, func(ctx context.Context, r *Recorded) error {
		w, err := s.get(ctx, id)
		if err != nil {
			return err
		}
		if d, err = s.delivery(ctx, id, deliveryID); err != nil {
			return err
		}
		if w.State != store.WebhookActive {
			return problem.New(problem.Conflict, "the webhook is %s; set its state to Active first", w.State)
		}
		now := s.Guard.Now()
		if err := s.Store.Redeliver(ctx, deliveryID, now); errors.Is(err, store.ErrNotFound) {
			return problem.New(problem.NotFound, "the webhook has no delivery %.40q", deliveryID)
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
