package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/clausea/crawler/internal/store"
)

// fenced runs do, which must be idempotent, only if the epoch of f is the epoch of its
// lease. The check and the write are one transaction that writes to the lease, so a takeover
// in between makes the transaction fail. A transaction is committed or aborted even if ctx
// ends: the server would keep an open transaction, and the lock on the lease, for a minute
// (transactionLifetimeLimitSeconds).
func (s *database) fenced(ctx context.Context, f store.Fence, what string, do func(context.Context) error) error {
	if f.LeaseName == "" {
		return s.retry(ctx, what, do)
	}
	return s.transaction(ctx, f, what, do)
}

// transaction runs do in one transaction as fenced does, also if f is the zero Fence. Without a
// replica set, it runs do without a transaction.
func (s *database) transaction(ctx context.Context, f store.Fence, what string, do func(context.Context) error) error {
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
			err = t.CommitTransaction(context.WithoutCancel(ctx)) // the client's timeout applies
			if err != nil && t.TransactionRunning() {
				// After a timeout the driver keeps the transaction open, but the next write
				// needs the session. If the server did commit, the retry writes the same again.
				_ = t.AbortTransaction(context.WithoutCancel(ctx))
			}
			return err
		})
	})
}

// touchLease writes to the lease, or returns ErrFenced if the epoch of f is outdated.
func (s *database) touchLease(ctx context.Context, f store.Fence) error {
	if f.LeaseName == "" {
		return nil
	}
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
