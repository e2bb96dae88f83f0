package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// maxCounted bounds the pending deliveries that are counted for the metrics.
const maxCounted = 5000

// maintain measures the pending deliveries and deletes old ones, both now and then.
func (d *dispatcher) maintain(ctx context.Context) error {
	now := time.Now()
	if now.Sub(d.sampledAt) >= sampleInterval {
		d.sampledAt = now
		if err := d.sample(ctx); err != nil {
			return err
		}
	}
	if now.Before(d.expireAt) {
		return nil
	}
	deleted, err := d.Store.ExpireDeliveries(ctx, d.Now().Add(-keepDeliveries))
	if err != nil {
		return fmt.Errorf("delete old deliveries to webhooks: %w", err)
	}
	if deleted < store.MaxExpired { // the rest is deleted at the next poll
		d.expireAt = now.Add(expireInterval)
	}
	return nil
}

// sample sets the metrics of the pending deliveries.
func (s *Sender) sample(ctx context.Context) error {
	q := store.DeliveryQuery{State: store.DeliveryPending, ListOptions: store.ListOptions{Limit: store.MaxLimit}}
	pending, oldest := 0, s.Now()
	for pending < maxCounted {
		items, next, err := s.Store.ListDeliveries(ctx, q)
		if err != nil {
			return fmt.Errorf("count the pending deliveries to webhooks: %w", err)
		}
		if pending += len(items); len(items) > 0 {
			oldest = items[len(items)-1].CreatedAt // newest first
		}
		if q.Continue = next; next == "" {
			break
		}
	}
	s.Metrics.SetBacklog(pending, s.Now().Sub(oldest))
	return nil
}
