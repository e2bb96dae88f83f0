package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

// attempt sends a claimed delivery and stores the result. If it is aborted, it stores nothing:
// the delivery is due again when its claim expires.
func (d *dispatcher) attempt(ctx context.Context, w store.Webhook, delivery store.Delivery) endedAttempt {
	out := endedAttempt{webhookID: w.ID}
	body, result, err := d.message(ctx, delivery)
	switch {
	case err != nil:
		out.err = err
		return out
	case body != nil:
		out.attempt = d.Client.send(ctx, w, delivery.ChangeID, body)
		if ctx.Err() != nil {
			out.attempt = Attempt{}
			return out
		}
		d.responses <- out // before the result is stored, so that nothing is sent in between
		result = resultOf(delivery, out.attempt)
	}
	stored, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	err = d.Store.FinishDelivery(stored, d.fence, result)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict) { // it was deleted, cancelled, or claimed again
		return out
	}
	if err != nil {
		out.err = fmt.Errorf("store the result of a delivery to webhook %s: %w", w.ID, err)
		return out
	}
	d.Metrics.RecordAttempt(outcomes[result.State])
	d.Log.V(1).Info("attempted a delivery", "webhookID", w.ID, "host", Host(w.URL), "changeID", delivery.ChangeID, "attempt", delivery.Attempts,
		"state", result.State, "status", result.Status, "error", result.Error, "duration", out.attempt.Took.String())
	if reason := d.reasonToDisable(stored, delivery, out.attempt); reason != "" {
		out.err = d.disable(stored, w.ID, reason)
	}
	return out
}

// outcomes has the outcome in the metrics of an attempt by the state after it.
var outcomes = map[store.DeliveryState]string{
	store.DeliveryDelivered: telemetry.DeliveryDelivered, store.DeliveryPending: telemetry.DeliveryRetried,
	store.DeliveryFailed: telemetry.DeliveryFailed, store.DeliveryCancelled: telemetry.DeliveryCancelled,
}

// message returns the body of the message of a delivery. If there is none, it returns the result
// of the delivery.
func (d *dispatcher) message(ctx context.Context, delivery store.Delivery) (body []byte, r store.DeliveryResult, err error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	r = store.DeliveryResult{ID: delivery.ID, Attempt: delivery.Attempts, At: d.Now()}
	c, err := d.Store.GetChange(ctx, delivery.ChangeID)
	if errors.Is(err, store.ErrNotFound) {
		r.State, r.Error = store.DeliveryCancelled, "the change was deleted"
		return nil, r, nil
	}
	if err != nil {
		return nil, r, fmt.Errorf("read a change for webhook %s: %w", delivery.WebhookID, err)
	}
	if body, err = changeBody(c); err != nil {
		r.State, r.Error = store.DeliveryFailed, cut(err.Error(), maxError)
		return nil, r, nil
	}
	return body, r, nil
}

// reasonToDisable returns why a webhook is disabled after an attempt, or "".
func (d *dispatcher) reasonToDisable(ctx context.Context, delivery store.Delivery, a Attempt) string {
	if a.Status == http.StatusGone {
		return "the endpoint responded with status 410 (gone)"
	}
	// FailingSince can be old although the endpoint was not tried since, so one delivery must
	// have failed for as long.
	limit := a.At.Add(-maxFailing)
	if a.At.IsZero() || a.Delivered || delivery.Attempts < 2 || delivery.CreatedAt.After(limit) {
		return ""
	}
	w, err := d.Store.GetWebhook(ctx, delivery.WebhookID)
	if err != nil || w.FailingSince.IsZero() || w.FailingSince.After(limit) { // the next failure repeats a failed check
		return ""
	}
	return cut("the endpoint accepted nothing for 3 days; the last error is: "+a.Error, maxError)
}

// maxUpdates bounds the attempts to change a webhook that others change at the same time.
const maxUpdates = 5

// disable disables a webhook and cancels its pending deliveries.
func (s *Sender) disable(ctx context.Context, id, reason string) error {
	for range maxUpdates {
		w, err := s.Store.GetWebhook(ctx, id)
		if errors.Is(err, store.ErrNotFound) || err == nil && w.State != store.WebhookActive {
			return nil
		}
		if err != nil {
			return fmt.Errorf("disable webhook %s: %w", id, err)
		}
		w.State, w.StateReason, w.UpdatedAt = store.WebhookDisabled, reason, s.Now()
		_, err = s.Store.UpdateWebhook(ctx, w)
		if errors.Is(err, store.ErrConflict) {
			continue
		}
		if err != nil {
			return fmt.Errorf("disable webhook %s: %w", id, err)
		}
		s.Log.Info("webhook disabled", "webhookID", id, "host", Host(w.URL), "reason", reason)
		if _, err := s.Store.CancelDeliveries(ctx, id); err != nil {
			return fmt.Errorf("cancel the deliveries to webhook %s: %w", id, err)
		}
		return nil
	}
	return fmt.Errorf("disable webhook %s: it was changed at the same time", id)
}
