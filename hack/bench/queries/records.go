package queries

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clausea/crawler/internal/store"
)

// documentsPerRun is the number of documents for each run in the store, and changesPerReview
// that of changes for each review that a person wrote.
const (
	documentsPerRun  = 5
	changesPerReview = 10
)

var (
	runStates    = []store.RunState{store.RunComplete, store.RunComplete, store.RunComplete, store.RunFailed}
	triggers     = []store.RunTrigger{store.TriggerSchedule, store.TriggerSchedule, store.TriggerSchedule, store.TriggerAPI}
	reviewStates = []store.ReviewState{store.ReviewInReview, store.ReviewReviewed, store.ReviewNoAction, store.ReviewEscalated}
)

// runOf returns run i of the store.
func runOf(rng *rand.Rand, i, documents int) *store.Run {
	return &store.Run{
		ID: fmt.Sprintf("run-%08d", i), Company: companyName(rng.IntN(documents)), CreatedAt: epoch.Add(time.Duration(i*documentsPerRun) * time.Minute),
		State: runStates[rng.IntN(len(runStates))], Trigger: triggers[rng.IntN(len(triggers))], Documents: store.DocumentCounts{New: 1, Unchanged: 9},
	}
}

// fillRecords stores reviews that people wrote, and deliveries.
func fillRecords(ctx context.Context, s queryStore) error {
	rng := rand.New(rand.NewPCG(4, 4))
	w, err := s.CreateWebhook(ctx, store.Webhook{ID: "webhook", Name: "webhook", URL: "https://hooks.example/", Secrets: store.NewSecrets([]string{"secret"}), State: store.WebhookActive, CreatedAt: epoch})
	if err != nil {
		return err
	}
	q := store.ChangeQuery{Order: store.OldestFirst, ListOptions: store.ListOptions{Limit: store.MaxDeliveryBatch}}
	for {
		changes, next, err := s.ListChanges(ctx, q)
		if err != nil {
			return err
		}
		if err := fillChanges(ctx, s, rng, w.ID, changes); err != nil {
			return err
		}
		if next == "" {
			return finishDeliveries(ctx, s, w.ID)
		}
		q.Continue = next
	}
}

// fillChanges stores the deliveries of changes, and some reviews.
func fillChanges(ctx context.Context, s queryStore, rng *rand.Rand, webhook string, changes []store.Change) error {
	var ds []store.Delivery
	var g errgroup.Group
	g.SetLimit(writers)
	for i, c := range changes {
		ds = append(ds, store.Delivery{ChangeID: c.ID, Company: c.Company, DocumentID: c.DocumentID, Sequence: c.Sequence, CreatedAt: c.At, NextAttempt: c.At})
		if i%changesPerReview == 0 {
			r := store.Review{ChangeID: c.ID, Company: c.Company, State: reviewStates[rng.IntN(len(reviewStates))], Assignee: fmt.Sprint("person ", rng.IntN(20)), Author: "ann", At: c.At.AddDate(0, 0, 1)}
			g.Go(func() error {
				_, err := s.PutReview(ctx, r)
				return err
			})
		}
	}
	if err := g.Wait(); err != nil || len(ds) == 0 {
		return err
	}
	return s.EnqueueDeliveries(ctx, store.Fence{}, webhook, ds[len(ds)-1].Sequence, ds)
}

// finishDeliveries makes the oldest deliveries Failed.
func finishDeliveries(ctx context.Context, s queryStore, webhook string) error {
	now := epoch.AddDate(1, 0, 0)
	ds, err := s.ClaimDeliveries(ctx, store.Fence{}, store.DeliveryClaim{WebhookIDs: []string{webhook}, Now: now, Until: now.Add(time.Minute)})
	for _, d := range ds {
		if err == nil {
			err = s.FinishDelivery(ctx, store.Fence{}, store.DeliveryResult{ID: d.ID, Attempt: d.Attempts, State: store.DeliveryFailed, At: now, Status: 500})
		}
	}
	return err
}

func runQuery(name string, of func(*rand.Rand) store.RunQuery) query {
	return query{name, func(ctx context.Context, s queryStore, rng *rand.Rand) (int, error) {
		items, _, err := s.QueryRuns(ctx, of(rng))
		return len(items), err
	}}
}

func reviewQuery(name string, of func(*rand.Rand) store.ReviewQuery) query {
	return query{name, func(ctx context.Context, s queryStore, rng *rand.Rand) (int, error) {
		items, _, err := s.ListReviews(ctx, of(rng))
		return len(items), err
	}}
}

func deliveryQuery(name string, of func(*rand.Rand) store.DeliveryQuery) query {
	return query{name, func(ctx context.Context, s queryStore, rng *rand.Rand) (int, error) {
		items, _, err := s.ListDeliveries(ctx, of(rng))
		return len(items), err
	}}
}

// recordQueries returns the queries of runs, reviews and deliveries.
func recordQueries(documents int) []query {
	company := func(rng *rand.Rand) string { return companyName(rng.IntN(documents)) }
	companies := func(rng *rand.Rand, n int) (names []string) {
		for range n {
			names = append(names, company(rng))
		}
		return names
	}
	isNew := []store.ReviewState{store.ReviewNew}
	return []query{
		runQuery("latest runs", func(*rand.Rand) store.RunQuery { return store.RunQuery{} }),
		runQuery("runs of a company", func(r *rand.Rand) store.RunQuery { return store.RunQuery{Companies: companies(r, 1)} }),
		runQuery("failed runs", func(*rand.Rand) store.RunQuery { return store.RunQuery{States: []store.RunState{store.RunFailed}} }),
		runQuery("running runs", func(*rand.Rand) store.RunQuery { return store.RunQuery{States: []store.RunState{store.RunRunning}} }),
		runQuery("failed runs of a trigger", func(r *rand.Rand) store.RunQuery {
			return store.RunQuery{States: []store.RunState{store.RunFailed}, Triggers: pick(r, triggers)}
		}),
		runQuery("runs since", func(r *rand.Rand) store.RunQuery {
			return store.RunQuery{CreatedSince: epoch.Add(time.Duration(r.IntN(documents)) * time.Minute)}
		}),
		reviewQuery("new changes", func(*rand.Rand) store.ReviewQuery { return store.ReviewQuery{States: isNew} }),
		reviewQuery("new changes of a company", func(r *rand.Rand) store.ReviewQuery {
			return store.ReviewQuery{States: isNew, Companies: companies(r, 1)}
		}),
		reviewQuery("new changes of 200 companies", func(r *rand.Rand) store.ReviewQuery {
			return store.ReviewQuery{States: isNew, Companies: companies(r, 200)}
		}),
		reviewQuery("escalated changes", func(*rand.Rand) store.ReviewQuery {
			return store.ReviewQuery{States: []store.ReviewState{store.ReviewEscalated}}
		}),
		reviewQuery("reviews in two states", func(*rand.Rand) store.ReviewQuery { return store.ReviewQuery{States: reviewStates[:2]} }),
		reviewQuery("reviews of a person", func(r *rand.Rand) store.ReviewQuery {
			return store.ReviewQuery{Assignee: fmt.Sprint("person ", r.IntN(20)), States: reviewStates[:1]}
		}),
		deliveryQuery("latest deliveries", func(*rand.Rand) store.DeliveryQuery { return store.DeliveryQuery{} }),
		deliveryQuery("failed deliveries", func(*rand.Rand) store.DeliveryQuery { return store.DeliveryQuery{State: store.DeliveryFailed} }),
		deliveryQuery("pending deliveries of a webhook", func(*rand.Rand) store.DeliveryQuery {
			return store.DeliveryQuery{WebhookID: "webhook", State: store.DeliveryPending}
		}),
	}
}
