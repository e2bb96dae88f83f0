package notify

import (
	"context"
	"errors"
	"fmt"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// maxBatches bounds the batches of changes that are enqueued for a webhook at a time, so that the
// others continue. The rest follows at the next poll.
const maxBatches = 10

// enqueue stores deliveries of the changes after the cursor of a webhook. latest is the sequence
// up to which the feed has been read by the time of the call. It reports whether changes are left
// for the next call.
func (s *Sender) enqueue(ctx context.Context, fence store.Fence, w store.Webhook, latest int64) (left bool, err error) {
	for range maxBatches {
		if w.Cursor >= latest {
			return false, nil
		}
		changes, next, err := s.Store.ListChanges(ctx, store.ChangeQuery{
			Companies: w.Filter.Companies, Types: w.Filter.Types, Kinds: w.Filter.Kinds, Labels: w.Filter.Labels,
			After: w.Cursor, Order: store.OldestFirst, ListOptions: store.ListOptions{Limit: store.MaxDeliveryBatch},
		})
		if err != nil {
			return true, fmt.Errorf("read the changes for webhook %s: %w", w.ID, err)
		}
		cursor := latest
		if n := len(changes); n > 0 && (next != "" || changes[n-1].Sequence > latest) {
			cursor = changes[n-1].Sequence
		}
		err = s.Store.EnqueueDeliveries(ctx, fence, w.ID, cursor, s.deliveriesOf(changes))
		if errors.Is(err, store.ErrNotFound) { // it was deleted
			return false, nil
		}
		if err != nil {
			return true, fmt.Errorf("enqueue deliveries to webhook %s: %w", w.ID, err)
		}
		w.Cursor = cursor
	}
	return w.Cursor < latest, nil
}

// deliveriesOf returns a delivery for each change of the namespace.
func (s *Sender) deliveriesOf(changes []store.Change) []store.Delivery {
	var ds []store.Delivery
	now := s.Now()
	for _, c := range changes {
		if v1alpha1.NamespaceOf(c.Company) == s.Namespace {
			ds = append(ds, store.Delivery{
				ChangeID: c.ID, Sequence: c.Sequence, Company: c.Company, DocumentID: c.DocumentID, NextAttempt: now, CreatedAt: now,
			})
		}
	}
	return ds
}
