package mongo

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/clausea/crawler/internal/store"
)

// webhookStore implements store.Webhooks.
type webhookStore struct{ *database }

// webhook is the stored form of a store.Webhook. The secrets are plain text.
type webhook struct {
	Key string `json:"_id"`
	// Definition is what CreateWebhook and UpdateWebhook write. Its progress is not used.
	Definition store.Webhook         `json:"definition"`
	Secrets    []string              `json:"secrets"`
	Progress   store.WebhookProgress `json:"progress"`
	Write      string                `json:"write"` // the token of the last write
}

func (w webhook) toStore() store.Webhook {
	w.Definition.Secrets, w.Definition.WebhookProgress = store.NewSecrets(w.Secrets), w.Progress
	return w.Definition
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
	v := webhook{w.ID, w, store.RevealSecrets(w.Secrets), w.WebhookProgress, rand.Text()}
	if err := s.insertNew(ctx, what, webhookCollection, v.Key, v.Write, v); err != nil {
		return store.Webhook{}, err
	}
	return w, nil
}

// GetWebhook implements store.Webhooks.
func (s webhookStore) GetWebhook(ctx context.Context, id string) (store.Webhook, error) {
	var w webhook
	if err := s.findOne(ctx, "get webhook "+id, webhookCollection, byID(id), &w); err != nil {
		return store.Webhook{}, err
	}
	return w.toStore(), nil
}

// ListWebhooks implements store.Webhooks.
func (s webhookStore) ListWebhooks(ctx context.Context, opts store.ListOptions) ([]store.Webhook, string, error) {
	query := newestQuery{collection: webhookCollection, at: "definition.createdAt"}
	return listNewest(ctx, s.database, "list webhooks", query, opts, func(w webhook) (store.NewestKey, store.Webhook) {
		return store.NewestKey{At: w.Definition.CreatedAt, ID: w.Key}, w.toStore()
	})
}

// UpdateWebhook implements store.Webhooks.
func (s webhookStore) UpdateWebhook(ctx context.Context, w store.Webhook) (store.Webhook, error) {
	what := "update webhook " + w.ID
	w, err := w.Checked()
	if err != nil {
		return store.Webhook{}, fmt.Errorf("%s: %w", what, err)
	}
	old, err := s.GetWebhook(ctx, w.ID)
	if err != nil {
		return store.Webhook{}, fmt.Errorf("%s: %w", what, err)
	}
	from, write := w.Revision, rand.Text()
	w.Revision, w.CreatedAt = from+1, old.CreatedAt
	set := bson.D{{Key: "definition", Value: w}, {Key: "secrets", Value: store.RevealSecrets(w.Secrets)}, {Key: "write", Value: write}}
	if w.State == store.WebhookActive && old.State != store.WebhookActive {
		set = append(set, bson.E{Key: "progress.failingSince", Value: time.Time{}})
	}
	var v webhook
	err = s.updateRecord(ctx, what, webhookCollection, w.ID, writtenFrom("definition.revision", from, write), bson.D{{Key: "$set", Value: set}}, store.ErrConflict)
	if err == nil {
		err = s.findOne(ctx, what, webhookCollection, byID(w.ID), &v)
	}
	if err != nil {
		return store.Webhook{}, err
	}
	w.WebhookProgress = v.Progress
	return w, nil
}

// DeleteWebhook implements store.Webhooks. It deletes the webhook first: EnqueueDeliveries
// writes to the webhook, so it stores no deliveries after that.
func (s webhookStore) DeleteWebhook(ctx context.Context, id string) error {
	if _, err := s.deleteRecords(ctx, "delete webhook "+id, webhookCollection, byID(id)); err != nil {
		return err
	}
	_, err := s.deleteRecords(ctx, "delete the deliveries to webhook "+id, deliveryCollection, bson.D{{Key: "webhookID", Value: id}})
	return err
}
