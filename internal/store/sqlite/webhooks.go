package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// webhookStore implements store.Webhooks.
type webhookStore struct{ *database }

// webhook is the stored form of a store.Webhook. The secrets are plain text.
type webhook struct {
	store.Webhook
	SecretTexts []string `json:"secrets"`
}

// newWebhook returns the stored form of w.
func newWebhook(w store.Webhook) webhook { return webhook{w, store.RevealSecrets(w.Secrets)} }

func (w webhook) toStore() store.Webhook {
	w.Secrets = store.NewSecrets(w.SecretTexts)
	return w.Webhook
}

// CreateWebhook implements store.Webhooks.
func (s webhookStore) CreateWebhook(ctx context.Context, w store.Webhook) (store.Webhook, error) {
	what := "create webhook " + w.ID
	w, err := w.Checked()
	if err != nil {
		return store.Webhook{}, fmt.Errorf("%s: %w", what, err)
	}
	w.Revision = 1
	w.LastDelivered, w.FailingSince = time.Time{}, time.Time{}
	if err := s.insertNew(ctx, what, newWebhook(w), `INSERT OR IGNORE INTO webhooks(id,at,v) VALUES(?,?,?)`, w.ID, w.CreatedAt.UnixMilli()); err != nil {
		return store.Webhook{}, err
	}
	return w, nil
}

// GetWebhook implements store.Webhooks.
func (s webhookStore) GetWebhook(ctx context.Context, id string) (store.Webhook, error) {
	var w webhook
	if err := s.getRecord(ctx, "get webhook "+id, &w, `SELECT v FROM webhooks WHERE id=?`, id); err != nil {
		return store.Webhook{}, err
	}
	return w.toStore(), nil
}

// ListWebhooks implements store.Webhooks.
func (s webhookStore) ListWebhooks(ctx context.Context, opts store.ListOptions) ([]store.Webhook, string, error) {
	items, next, err := listNewest(ctx, s.read, "list webhooks", newestQuery{table: "webhooks"}, opts, func(w webhook) store.NewestKey {
		return store.NewestKey{At: w.CreatedAt, ID: w.ID}
	})
	webhooks := make([]store.Webhook, len(items))
	for i, w := range items {
		webhooks[i] = w.toStore()
	}
	return webhooks, next, err
}

// UpdateWebhook implements store.Webhooks.
func (s webhookStore) UpdateWebhook(ctx context.Context, w store.Webhook) (store.Webhook, error) {
	what := "update webhook " + w.ID
	w, err := w.Checked()
	if err != nil {
		return store.Webhook{}, fmt.Errorf("%s: %w", what, err)
	}
	err = s.inTransaction(ctx, what, func(t *sql.Tx) error {
		old, err := readRecord[webhook](ctx, t, "webhooks", w.ID)
		if err != nil {
			return err
		}
		if old.Revision != w.Revision {
			return store.ErrConflict
		}
		w.Revision, w.CreatedAt, w.WebhookProgress = old.Revision+1, old.CreatedAt, old.WebhookProgress
		if w.State == store.WebhookActive && old.State != store.WebhookActive {
			w.FailingSince = time.Time{}
		}
		return putWebhook(ctx, t, newWebhook(w))
	})
	if err != nil {
		return store.Webhook{}, err
	}
	return w, nil
}

// putWebhook replaces a webhook.
func putWebhook(ctx context.Context, t *sql.Tx, w webhook) error {
	_, err := execRecord(ctx, t, w, `UPDATE webhooks SET v=?2 WHERE id=?1`, w.ID)
	return err
}

// DeleteWebhook implements store.Webhooks.
func (s webhookStore) DeleteWebhook(ctx context.Context, id string) error {
	return s.inTransaction(ctx, "delete webhook "+id, func(t *sql.Tx) error {
		return execAll(ctx, t, id, `DELETE FROM webhooks WHERE id=?`, `DELETE FROM deliveries WHERE webhook=?`)
	})
}
