package mongo

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/clausea/crawler/internal/store"
)

// deliveryStore implements store.Deliveries.
type deliveryStore struct{ *database }

// delivery is the stored form of a store.Delivery.
type delivery struct {
	Key            string `json:"_id"`
	store.Delivery `json:",inline"`
	// Claim is the token of the last ClaimDeliveries call that returned the delivery.
	Claim string `json:"claim"`
}

// EnqueueDeliveries implements store.Deliveries.
func (s deliveryStore) EnqueueDeliveries(ctx context.Context, f store.Fence, webhookID string, cursor int64, ds []store.Delivery) error {
	ds, err := store.CheckedDeliveries(webhookID, cursor, ds)
	if err != nil {
		return err
	}
	upserts := make([]mongo.WriteModel, len(ds))
	for i, d := range ds {
		upserts[i] = mongo.NewUpdateOneModel().SetFilter(byID(d.ID)).SetUpdate(bson.D{{Key: "$setOnInsert", Value: delivery{Key: d.ID, Delivery: d}}}).SetUpsert(true)
	}
	return s.fenced(ctx, f, "enqueue deliveries to webhook "+webhookID, func(ctx context.Context) error {
		webhooks := s.db.Collection(webhookCollection)
		var w webhook
		if err := webhooks.FindOne(ctx, byID(webhookID)).Decode(&w); err != nil || w.Progress.Cursor >= cursor {
			return err
		}
		if len(upserts) > 0 {
			if _, err := s.db.Collection(deliveryCollection).BulkWrite(ctx, upserts); err != nil {
				return err
			}
		}
		_, err := webhooks.UpdateOne(ctx, byID(webhookID), bson.D{{Key: "$max", Value: bson.D{{Key: "progress.cursor", Value: cursor}}}})
		return err
	})
}

// ClaimDeliveries implements store.Deliveries.
func (s deliveryStore) ClaimDeliveries(ctx context.Context, f store.Fence, c store.DeliveryClaim) ([]store.Delivery, error) {
	const what = "claim deliveries"
	c, err := c.Checked()
	if err != nil {
		return nil, err
	}
	if len(c.WebhookIDs) == 0 {
		return nil, nil
	}
	ids, err := s.dueDeliveries(ctx, c)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var rows []delivery
	claim := rand.Text()
	chosen := bson.E{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}
	err = s.fenced(ctx, f, what, func(ctx context.Context) error {
		deliveries := s.db.Collection(deliveryCollection)
		// If an earlier attempt whose response was lost claimed them, they are not due.
		_, err := deliveries.UpdateMany(ctx,
			bson.D{chosen, {Key: "state", Value: store.DeliveryPending}, {Key: "nextAttempt", Value: bson.D{{Key: "$lte", Value: c.Now}}}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "nextAttempt", Value: c.Until}, {Key: "claim", Value: claim}}}, {Key: "$inc", Value: bson.D{{Key: "attempts", Value: 1}}}})
		if err != nil {
			return err
		}
		cur, err := deliveries.Find(ctx, bson.D{chosen, {Key: "claim", Value: claim}})
		if err != nil {
			return err
		}
		return cur.All(ctx, &rows)
	})
	if err != nil {
		return nil, err
	}
	byKey := make(map[string]store.Delivery, len(rows))
	for _, d := range rows {
		byKey[d.Key] = d.Delivery
	}
	claimed := make([]store.Delivery, 0, len(rows))
	for _, id := range ids {
		if d, ok := byKey[id]; ok {
			claimed = append(claimed, d)
		}
	}
	return claimed, nil
}

// dueDeliveries returns the IDs of due deliveries before which no other one of the same document
// to the same webhook is pending.
func (s deliveryStore) dueDeliveries(ctx context.Context, c store.DeliveryClaim) (ids []string, err error) {
	var rows []struct {
		Key string `json:"_id"`
	}
	err = s.retry(ctx, "list due deliveries", func(ctx context.Context) error {
		cur, err := s.db.Collection(deliveryCollection).Aggregate(ctx, dueDeliveries(c))
		if err != nil {
			return err
		}
		return cur.All(ctx, &rows)
	})
	for _, r := range rows {
		ids = append(ids, r.Key)
	}
	return ids, err
}

// dueDeliveries returns the pipeline that selects the deliveries of a claim.
func dueDeliveries(c store.DeliveryClaim) bson.A {
	compare := func(operator, field, variable string) bson.D {
		return bson.D{{Key: operator, Value: bson.A{"$" + field, "$$" + variable}}}
	}
	earlier := bson.A{
		bson.D{{Key: "$match", Value: bson.D{
			{Key: "state", Value: store.DeliveryPending},
			{Key: "$expr", Value: bson.D{{Key: "$and", Value: bson.A{
				compare("$eq", "webhookID", "webhook"), compare("$eq", "documentID", "document"), compare("$lt", "sequence", "sequence"),
			}}}},
		}}},
		bson.D{{Key: "$limit", Value: 1}},
		bson.D{{Key: "$project", Value: byIDOnly}},
	}
	return bson.A{
		bson.D{{Key: "$match", Value: bson.D{
			{Key: "state", Value: store.DeliveryPending}, {Key: "webhookID", Value: bson.D{{Key: "$in", Value: c.WebhookIDs}}},
			{Key: "nextAttempt", Value: bson.D{{Key: "$lte", Value: c.Now}}},
		}}},
		bson.D{{Key: "$sort", Value: bson.D{{Key: "nextAttempt", Value: 1}, {Key: "sequence", Value: 1}}}},
		bson.D{{Key: "$lookup", Value: bson.D{
			{Key: "from", Value: deliveryCollection},
			{Key: "let", Value: bson.D{{Key: "webhook", Value: "$webhookID"}, {Key: "document", Value: "$documentID"}, {Key: "sequence", Value: "$sequence"}}},
			{Key: "pipeline", Value: earlier}, {Key: "as", Value: "earlier"},
		}}},
		bson.D{{Key: "$match", Value: bson.D{{Key: "earlier", Value: bson.A{}}}}},
		bson.D{{Key: "$limit", Value: c.Limit}},
		bson.D{{Key: "$project", Value: byIDOnly}},
	}
}

// FinishDelivery implements store.Deliveries.
func (s deliveryStore) FinishDelivery(ctx context.Context, f store.Fence, r store.DeliveryResult) error {
	what := "finish delivery " + r.ID
	r, err := r.Checked()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return s.fenced(ctx, f, what, func(ctx context.Context) error {
		deliveries := s.db.Collection(deliveryCollection)
		var d delivery
		if err := deliveries.FindOne(ctx, byID(r.ID)).Decode(&d); err != nil || r.IsOf(d.Delivery) {
			return err
		}
		r.Apply(&d.Delivery)
		res, err := deliveries.UpdateOne(ctx,
			bson.D{{Key: "_id", Value: r.ID}, {Key: "state", Value: store.DeliveryPending}, {Key: "attempts", Value: r.Attempt}},
			bson.D{{Key: "$set", Value: bson.D{
				{Key: "state", Value: d.State}, {Key: "nextAttempt", Value: d.NextAttempt}, {Key: "lastAttempt", Value: d.LastAttempt},
				{Key: "lastStatus", Value: d.LastStatus}, {Key: "lastError", Value: d.LastError}, {Key: "lastResponse", Value: d.LastResponse},
				{Key: "deliveredAt", Value: d.DeliveredAt},
			}}})
		if err != nil {
			return err
		}
		if res.MatchedCount == 0 {
			return store.ErrConflict
		}
		return s.recordProgress(ctx, d.WebhookID, r)
	})
}

// recordProgress updates the progress of a webhook with the result of an attempt.
func (s deliveryStore) recordProgress(ctx context.Context, webhookID string, r store.DeliveryResult) error {
	webhooks := s.db.Collection(webhookCollection)
	var err error
	switch r.State {
	case store.DeliveryDelivered:
		_, err = webhooks.UpdateOne(ctx, byID(webhookID), bson.D{
			{Key: "$max", Value: bson.D{{Key: "progress.lastDelivered", Value: r.At}}},
			{Key: "$set", Value: bson.D{{Key: "progress.failingSince", Value: time.Time{}}}},
		})
	case store.DeliveryPending, store.DeliveryFailed:
		_, err = webhooks.UpdateOne(ctx, append(byID(webhookID), bson.E{Key: "progress.failingSince", Value: time.Time{}}),
			bson.D{{Key: "$set", Value: bson.D{{Key: "progress.failingSince", Value: r.At}}}})
	}
	return err
}

// GetDelivery implements store.Deliveries.
func (s deliveryStore) GetDelivery(ctx context.Context, id string) (store.Delivery, error) {
	var d delivery
	err := s.findOne(ctx, "get delivery "+id, deliveryCollection, byID(id), &d)
	return d.Delivery, err
}

// ListDeliveries implements store.Deliveries.
func (s deliveryStore) ListDeliveries(ctx context.Context, q store.DeliveryQuery) ([]store.Delivery, string, error) {
	if err := q.Check(); err != nil {
		return nil, "", err
	}
	return listNewest(ctx, s.database, "list deliveries", selectDeliveries(q), q.ListOptions, func(d delivery) (store.NewestKey, store.Delivery) {
		return store.NewestKey{At: d.CreatedAt, ID: d.Key}, d.Delivery
	})
}

// selectDeliveries returns the query for q.
func selectDeliveries(q store.DeliveryQuery) newestQuery {
	query := newestQuery{collection: deliveryCollection, at: "createdAt"}
	query.equal("webhookID", q.WebhookID)
	query.equal("state", string(q.State))
	return query
}

// Redeliver implements store.Deliveries.
func (s deliveryStore) Redeliver(ctx context.Context, id string, at time.Time) error {
	return s.updateRecord(ctx, "redeliver "+id, deliveryCollection, id, nil, bson.D{{Key: "$set", Value: bson.D{
		{Key: "state", Value: store.DeliveryPending}, {Key: "nextAttempt", Value: at}, {Key: "attempts", Value: 0},
	}}}, nil)
}

// CancelDeliveries implements store.Deliveries.
func (s deliveryStore) CancelDeliveries(ctx context.Context, webhookID string) (cancelled int, err error) {
	err = s.retry(ctx, "cancel the deliveries to webhook "+webhookID, func(ctx context.Context) error {
		res, err := s.db.Collection(deliveryCollection).UpdateMany(ctx,
			bson.D{{Key: "webhookID", Value: webhookID}, {Key: "state", Value: store.DeliveryPending}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "state", Value: store.DeliveryCancelled}}}})
		if err == nil {
			cancelled += int(res.ModifiedCount)
		}
		return err
	})
	return cancelled, err
}

// ExpireDeliveries implements store.Deliveries.
func (s deliveryStore) ExpireDeliveries(ctx context.Context, before time.Time) (int, error) {
	ended := bson.A{store.DeliveryDelivered, store.DeliveryFailed, store.DeliveryCancelled}
	return s.expire(ctx, "expire deliveries", deliveryCollection, bson.D{
		{Key: "state", Value: bson.D{{Key: "$in", Value: ended}}}, {Key: "createdAt", Value: bson.D{{Key: "$lt", Value: before}}},
	})
}
