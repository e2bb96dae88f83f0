package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/notify"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// WebhookChange describes a change to a webhook. Nil leaves a property unchanged.
type WebhookChange struct {
	Name   *string
	Filter *store.WebhookFilter
	State  *store.WebhookState // Active or Paused
}

// Update changes a webhook. check receives the current webhook and can reject the change. A
// webhook becomes Active after its endpoint accepts a ping, and then receives the changes from
// that time on. A webhook that becomes Paused loses its pending deliveries.
func (s *Webhooks) Update(ctx context.Context, caller Caller, id string, check func(store.Webhook) error, in WebhookChange) (w store.Webhook, err error) {
	err = s.Guard.Change(ctx, caller, Action{Name: "webhook.update", Scope: store.ScopeAdmin, TargetKind: "webhook", TargetName: id}, func(ctx context.Context, r *Recorded) error {
		old, err := s.get(ctx, id)
		if err != nil {
			return err
		}
		if err := check(old); err != nil {
			return err
		}
		if w, err = s.update(ctx, old, in); err != nil {
			return err
		}
		r.Before, r.After = webhookState(old), webhookState(w)
		return nil
	})
	return shownWebhook(w), err
}

func (s *Webhooks) update(ctx context.Context, old store.Webhook, in WebhookChange) (w store.Webhook, err error) {
	w = old
	w.UpdatedAt = s.Guard.Now()
	if in.Name != nil {
		w.Name = *in.Name
	}
	if in.Filter != nil {
		if w.Filter, err = s.storedFilter(*in.Filter); err != nil {
			return w, err
		}
	}
	if in.State != nil && *in.State != old.State {
		w.State, w.StateReason = *in.State, ""
		if w.State == store.WebhookActive {
			if err := s.ping(ctx, w); err != nil {
				return w, err
			}
			if err := s.skip(ctx, w.ID); err != nil {
				return w, err
			}
		}
	}
	w, err = s.Store.UpdateWebhook(ctx, w)
	if err != nil {
		return w, updateProblem(err, old.ID)
	}
	if w.State != old.State {
		s.Guard.Log.Info("webhook state changed", "webhookID", w.ID, "host", notify.Host(w.URL), "from", old.State, "to", w.State)
	}
	if old.State == store.WebhookActive && w.State != store.WebhookActive {
		if _, err := s.Store.CancelDeliveries(ctx, w.ID); err != nil {
			return w, fmt.Errorf("cancel the deliveries to webhook %s: %w", w.ID, err)
		}
	}
	return w, nil
}

// updateProblem returns the error of a failed write of a webhook.
func updateProblem(err error, id string) error {
	switch {
	case errors.Is(err, store.ErrConflict):
		return problem.Wrap(err, problem.PreconditionFailed, "the webhook was changed at the same time")
	case errors.Is(err, store.ErrNotFound):
		return problem.New(problem.NotFound, "there is no webhook %.40q", id)
	case errors.Is(err, store.ErrInvalid):
		return problem.Wrap(err, problem.InvalidValue, "the name or the filter of the webhook is invalid")
	}
	return fmt.Errorf("update webhook %s: %w", id, err)
}

// skip makes a webhook that is not Active ignore the changes until now. A Sender that read the
// webhook while it was Active cannot enqueue them afterwards, because the cursor has passed them.
func (s *Webhooks) skip(ctx context.Context, id string) error {
	latest, err := s.Store.LatestChange(ctx)
	if err != nil {
		return fmt.Errorf("read the latest change: %w", err)
	}
	if err := s.Store.EnqueueDeliveries(ctx, store.Fence{}, id, latest, nil); err != nil {
		return updateProblem(err, id)
	}
	if _, err := s.Store.CancelDeliveries(ctx, id); err != nil {
		return fmt.Errorf("cancel the deliveries to webhook %s: %w", id, err)
	}
	return nil
}
