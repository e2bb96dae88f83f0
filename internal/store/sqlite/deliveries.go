package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// deliveryStore implements store.Deliveries.
type deliveryStore struct{ *database }

// EnqueueDeliveries implements store.Deliveries.
func (s deliveryStore) EnqueueDeliveries(ctx context.Context, f store.Fence, webhookID string, cursor int64, ds []store.Delivery) error {
	ds, err := store.CheckedDeliveries(webhookID, cursor, ds)
	if err != nil {
		return err
	}
	return s.fenced(ctx, f, "enqueue deliveries to webhook "+webhookID, func(t *sql.Tx) error {
		w, err := readRecord[webhook](ctx, t, "webhooks", webhookID)
		if err != nil || w.Cursor >= cursor {
			return err
		}
		for _, d := range ds {
			_, err := execRecord(ctx, t, d, `INSERT OR IGNORE INTO deliveries(id,at,webhook,company,document,sequence,state,next,v) VALUES(?,?,?,?,?,?,?,?,?)`,
				d.ID, d.CreatedAt.UnixMilli(), webhookID, d.Company, d.DocumentID, d.Sequence, d.State, d.NextAttempt.UnixMilli())
			if err != nil {
				return err
			}
		}
		w.Cursor = cursor
		return putWebhook(ctx, t, w)
	})
}

// listDueDeliveries selects due deliveries before which no other one of the same document to the
// same webhook is pending. Its parameters are the webhooks, the time and the limit.
const listDueDeliveries = `SELECT v FROM deliveries d
	WHERE state='Pending' AND webhook IN (SELECT value FROM json_each(?)) AND next<=?
		AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.state='Pending' AND e.webhook=d.webhook AND e.document=d.document AND e.sequence<d.sequence)
	ORDER BY next, sequence LIMIT ?`

// ClaimDeliveries implements store.Deliveries.
func (s deliveryStore) ClaimDeliveries(ctx context.Context, f store.Fence, c store.DeliveryClaim) (claimed []store.Delivery, err error) {
	c, err = c.Checked()
	if err != nil {
		return nil, err
	}
	webhooks, err := json.Marshal(c.WebhookIDs)
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	due, err := queryRecords[store.Delivery](ctx, s.read, listDueDeliveries, string(webhooks), c.Now.UnixMilli(), 1)
	if err != nil || len(due) == 0 {
		return nil, wrapNotFound(err, "claim deliveries")
	}
	err = s.fenced(ctx, f, "claim deliveries", func(t *sql.Tx) error {
		if claimed, err = queryRecords[store.Delivery](ctx, t, listDueDeliveries, string(webhooks), c.Now.UnixMilli(), c.Limit); err != nil {
			return err
		}
		for i := range claimed {
			claimed[i].Attempts++
			claimed[i].NextAttempt = c.Until
			if err := putDelivery(ctx, t, claimed[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// putDelivery replaces a delivery.
func putDelivery(ctx context.Context, t *sql.Tx, d store.Delivery) error {
	_, err := execRecord(ctx, t, d, `UPDATE deliveries SET state=?2, next=?3, v=?4 WHERE id=?1`, d.ID, d.State, d.NextAttempt.UnixMilli())
	return err
}

// FinishDelivery implements store.Deliveries.
func (s deliveryStore) FinishDelivery(ctx context.Context, f store.Fence, r store.DeliveryResult) error {
	what := "finish delivery " + r.ID
	r, err := r.Checked()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return s.fenced(ctx, f, what, func(t *sql.Tx) error {
		d, err := readRecord[store.Delivery](ctx, t, "deliveries", r.ID)
		switch {
		case err != nil:
			return err
		case r.IsOf(d):
			return nil
		case d.State != store.DeliveryPending || d.Attempts != r.Attempt:
			return store.ErrConflict
		}
		r.Apply(&d)
		if err := putDelivery(ctx, t, d); err != nil {
			return err
		}
		w, err := readRecord[webhook](ctx, t, "webhooks", d.WebhookID)
		if isNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		w.Record(r)
		return putWebhook(ctx, t, w)
	})
}

// GetDelivery implements store.Deliveries.
func (s deliveryStore) GetDelivery(ctx context.Context, id string) (d store.Delivery, err error) {
	return d, s.getRecord(ctx, "get delivery "+id, &d, `SELECT v FROM deliveries WHERE id=?`, id)
}

// ListDeliveries implements store.Deliveries.
func (s deliveryStore) ListDeliveries(ctx context.Context, q store.DeliveryQuery) ([]store.Delivery, string, error) {
	if err := q.Check(); err != nil {
		return nil, "", err
	}
	return listNewest(ctx, s.read, "list deliveries", selectDeliveries(q), q.ListOptions, func(d store.Delivery) store.NewestKey {
		return store.NewestKey{At: d.CreatedAt, ID: d.ID}
	})
}

// selectDeliveries returns the query for q.
func selectDeliveries(q store.DeliveryQuery) newestQuery {
	query := newestQuery{table: "deliveries"}
	query.equal("webhook", q.WebhookID)
	query.equal("state", string(q.State))
	return query
}

// Redeliver implements store.Deliveries.
func (s deliveryStore) Redeliver(ctx context.Context, id string, at time.Time) error {
	return s.inTransaction(ctx, "redeliver "+id, func(t *sql.Tx) error {
		d, err := readRecord[store.Delivery](ctx, t, "deliveries", id)
		if err != nil {
			return err
		}
		d.State, d.NextAttempt, d.Attempts = store.DeliveryPending, store.StoredTime(at), 0
		return putDelivery(ctx, t, d)
	})
}

// CancelDeliveries implements store.Deliveries.
func (s deliveryStore) CancelDeliveries(ctx context.Context, webhookID string) (cancelled int, err error) {
	return s.deleteCount(ctx, "cancel the deliveries to webhook "+webhookID,
		`UPDATE deliveries SET state='Cancelled', v=json_set(v,'$.state','Cancelled') WHERE webhook=? AND state='Pending'`, webhookID)
}

// expireDeliveries reads one index range for each state, because together they have no order.
const expireDeliveries = `DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE state IN ('Delivered','Failed','Cancelled') AND at<? LIMIT ?)`

// ExpireDeliveries implements store.Deliveries.
func (s deliveryStore) ExpireDeliveries(ctx context.Context, before time.Time) (deleted int, err error) {
	return s.deleteCount(ctx, "expire deliveries", expireDeliveries, before.UnixMilli(), store.MaxExpired)
}
