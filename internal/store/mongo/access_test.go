package mongo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/clausea/crawler/internal/store"
)

// explain returns the response to the explanation of a command.
func explain(t *testing.T, s *Store, command bson.D, verbosity string) string {
	t.Helper()
	var plan bson.M
	err := s.retry(t.Context(), "explain", func(ctx context.Context) error {
		return s.db.RunCommand(ctx, bson.D{{Key: "explain", Value: command}, {Key: "verbosity", Value: verbosity}}).Decode(&plan)
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := bson.MarshalExtJSON(plan, false, false)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestListsOfAccessRecordsUseAnIndexInTheirOrder(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	now := time.Now()
	for what, q := range map[string]newestQuery{
		"all webhooks":               {collection: webhookCollection, at: "definition.createdAt"},
		"all API keys":               {collection: apiKeyCollection, at: "createdAt"},
		"all deliveries":             selectDeliveries(store.DeliveryQuery{}),
		"a webhook's deliveries":     selectDeliveries(store.DeliveryQuery{WebhookID: "w"}),
		"deliveries in a state":      selectDeliveries(store.DeliveryQuery{State: store.DeliveryFailed}),
		"deliveries of both":         selectDeliveries(store.DeliveryQuery{WebhookID: "w", State: store.DeliveryPending}),
		"all audit entries":          selectAudit(store.AuditQuery{}),
		"an actor's audit entries":   selectAudit(store.AuditQuery{Actor: "a", Since: now}),
		"audit entries of an action": selectAudit(store.AuditQuery{Action: "a"}),
		"audit entries of a target":  selectAudit(store.AuditQuery{TargetKind: "k", TargetName: "n"}),
		"all sessions":               selectSessions("", now),
		"a user's sessions":          selectSessions("u", now),
		"all reviews":                selectReviews(store.ReviewQuery{}),
		"an assignee's reviews":      selectReviews(store.ReviewQuery{Assignee: "a"}),
		"reviews of two companies":   selectReviews(store.ReviewQuery{Companies: []string{"a", "b"}}),
		"reviews in two states":      selectReviews(store.ReviewQuery{States: []store.ReviewState{store.ReviewNew, store.ReviewEscalated}}),
	} {
		filter := q.find(&store.NewestKey{At: now, ID: "x"})
		find := bson.D{{Key: "find", Value: q.collection}, {Key: "filter", Value: filter}, {Key: "sort", Value: newestFirst(q.at)}, {Key: "limit", Value: 10}}
		plan := explain(t, s, find, "queryPlanner")
		_, plan, _ = strings.Cut(plan, `"winningPlan"`)
		plan, _, _ = strings.Cut(plan, `"rejectedPlans"`)
		if !strings.Contains(plan, `"IXSCAN"`) || strings.Contains(plan, `"COLLSCAN"`) || strings.Contains(plan, `"SORT"`) {
			t.Errorf("listing %s has the plan %s", what, plan)
		}
	}
}

func TestSessionsAndIdempotencyKeysExpireByThemselves(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	for _, collection := range []string{sessionCollection, idempotencyCollection} {
		specs, err := s.db.Collection(collection).Indexes().ListSpecifications(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(specs, func(ix mongo.IndexSpecification) bool {
			return ix.Name == "expiresAt_1" && ix.ExpireAfterSeconds != nil && *ix.ExpireAfterSeconds == 0
		}) {
			t.Errorf("records of %s do not expire: its indexes are %+v", collection, specs)
		}
	}
}

// A receiver that does not respond has many pending deliveries. Those that are not due must not
// be read, and for those that are due, at most one other delivery.
func TestClaimingDeliveriesReadsFewRecords(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	base := time.Now().UTC().Truncate(time.Millisecond)
	const notDue, due = 3000, 20
	rows := make([]delivery, notDue+due)
	for i := range rows {
		d := store.Delivery{ID: fmt.Sprintf("d%05d", i), WebhookID: "w", DocumentID: fmt.Sprint("doc", i%1000), Sequence: int64(i), State: store.DeliveryPending, CreatedAt: base, NextAttempt: base.Add(time.Hour)}
		if i >= notDue { // the first half waits for an earlier delivery
			d.NextAttempt = base
			if i >= notDue+due/2 {
				d.DocumentID = fmt.Sprint("free", i)
			}
		}
		rows[i] = delivery{Key: d.ID, Delivery: d}
	}
	if _, err := s.db.Collection(deliveryCollection).InsertMany(t.Context(), rows); err != nil && !mongo.IsDuplicateKeyError(err) {
		t.Fatal(err)
	}
	c := store.DeliveryClaim{WebhookIDs: []string{"v", "w"}, Now: base, Until: base.Add(time.Minute), Limit: 100}
	pipeline := explain(t, s, bson.D{{Key: "aggregate", Value: deliveryCollection}, {Key: "pipeline", Value: dueDeliveries(c)}, {Key: "cursor", Value: bson.D{}}}, "executionStats")
	var stats struct {
		Stages []struct {
			Examined int64 `bson:"totalDocsExamined"`
			Cursor   struct {
				Stats struct {
					Examined int64 `bson:"totalDocsExamined"`
				} `bson:"executionStats"`
			} `bson:"$cursor"`
		} `bson:"stages"`
	}
	if err := bson.UnmarshalExtJSON([]byte(pipeline), false, &stats); err != nil {
		t.Fatal(err)
	}
	examined := int64(0)
	for _, stage := range stats.Stages {
		examined += stage.Examined + stage.Cursor.Stats.Examined
	}
	if examined == 0 || examined > 3*due {
		t.Errorf("a claim of %d due deliveries of %d read %d records: %s", due, len(rows), examined, pipeline)
	}
	claimed, err := s.ClaimDeliveries(t.Context(), store.Fence{}, c)
	if err != nil {
		t.Fatal(err)
	}
	if len(claimed) != due/2 || claimed[0].Sequence != notDue+due/2 {
		t.Errorf("claimed %+v", claimed)
	}
}
