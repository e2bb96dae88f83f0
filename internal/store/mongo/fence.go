package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/clausea/crawler/internal/store"
)

// fenced runs do, which must be idempotent, only while f's epoch is its lease's.
// Both happen in one transaction that writes to the lease, so that a takeover
// between the check and the write makes the transaction fail. One that was begun is
// ended whether or not ctx ends meanwhile: the server keeps what is neither committed
// nor aborted, and with it the lease, for a minute (transactionLifetimeLimitSeconds).
func (s *Store) fenced(ctx context.Context, f store.Fence, what string, do func(context.Context) error) error {
	if f.LeaseName == "" {
		return s.retry(ctx, what, do)
	}
	if !s.replicated {
		return s.retry(ctx, what, func(ctx context.Context) error {
			if err := s.touchLease(ctx, f); err != nil {
				return err
			}
			return do(ctx)
		})
	}
	return s.retry(ctx, what, func(ctx context.Context) error {
		return s.withSession(ctx, f.LeaseName, func(ctx context.Context, t *mongo.Session) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptTimeout)
			defer cancel()
			if err := t.StartTransaction(); err != nil {
				return err
			}
			err := s.touchLease(ctx, f)
			if err == nil {
				err = do(ctx)
			}
			if err != nil {
				_ = t.AbortTransaction(context.WithoutCancel(ctx))
				return err
			}
			err = t.CommitTransaction(context.WithoutCancel(ctx)) // it has the client's own timeout
			if err != nil && t.TransactionRunning() {
				// Without an answer in time the driver lets it run on, and the session is
				// needed again. What was committed all the same is written anew, the same.
				_ = t.AbortTransaction(context.WithoutCancel(ctx))
			}
			return err
		})
	})
}

// touchLease marks the lease as written under, or fails with ErrFenced.
func (s *Store) touchLease(ctx context.Context, f store.Fence) error {
	res, err := s.db.Collection(leaseCollection).UpdateOne(ctx,
		bson.D{{Key: "_id", Value: f.LeaseName}, {Key: "epoch", Value: f.Epoch}},
		bson.D{{Key: "$inc", Value: bson.D{{Key: "writes", Value: int64(1)}}}})
	if err != nil {
		return err
	}
	if res.MatchedCount == 0 {
		return fmt.Errorf("lease %s, epoch %d: %w", f.LeaseName, f.Epoch, store.ErrFenced)
	}
	return nil
}
