package mongo

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
)

const (
	// deadTransactionAge is the age at which a transaction is dead: its process was killed or
	// hangs. A transaction of a live process ends within two attemptTimeouts, one for its writes
	// and one for its commit.
	deadTransactionAge = 2*attemptTimeout + 2*time.Second
	// conflictTimeout bounds a commit that conflicts with another transaction. It is longer than
	// MongoDB keeps a dead transaction: transactionLifetimeLimitSeconds is 60 s, and expired
	// transactions are aborted every 30 s.
	conflictTimeout = 110 * time.Second
)

// conflictWatch follows the write conflicts of one commit. All commits with changes write to the
// counter of the feed. If a process is killed or hangs during its commit, MongoDB keeps its
// transaction open, and all other commits conflict with it.
type conflictWatch struct {
	*database
	since      time.Time // start of the commit, or the last call that killed transactions
	waited     time.Duration
	conflicted bool // the last attempt failed with a write conflict
}

// record records the result of an attempt.
func (c *conflictWatch) record(err error) { c.conflicted = err != nil && isWriteConflict(err) }

// mayEnd reports whether the last attempt had a write conflict that can still end.
func (c *conflictWatch) mayEnd() bool {
	return c.conflicted && c.waited+time.Since(c.since) < conflictTimeout
}

// killDeadTransactions kills the sessions of dead transactions if the commit has conflicted for
// deadTransactionAge. An error is not reported, because the commit does not depend on it: free
// and Flex clusters of Atlas refuse these commands, and there the commit waits until MongoDB
// aborts the transaction.
func (c *conflictWatch) killDeadTransactions(ctx context.Context) {
	waited := time.Since(c.since)
	if !c.conflicted || waited < deadTransactionAge {
		return
	}
	c.since, c.waited = time.Now(), c.waited+waited
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	// Without allUsers, the result has the sessions of the user of this program.
	cur, err := c.client.Database("admin", options.Database().SetReadConcern(readconcern.Local())).Aggregate(ctx, mongo.Pipeline{
		{{Key: "$currentOp", Value: bson.D{{Key: "idleSessions", Value: true}}}},
		{{Key: "$match", Value: bson.D{
			{Key: "appName", Value: appName},
			{Key: "active", Value: false},
			{Key: "transaction.timeInactiveMicros", Value: bson.D{{Key: "$gt", Value: deadTransactionAge.Microseconds()}}},
		}}},
	})
	if err != nil {
		return
	}
	var dead []struct {
		Session struct {
			ID bson.Binary `json:"id"`
		} `json:"lsid"`
	}
	if cur.All(ctx, &dead) != nil || len(dead) == 0 {
		return
	}
	ids := make(bson.A, len(dead))
	for i, d := range dead {
		ids[i] = bson.D{{Key: "id", Value: d.Session.ID}}
	}
	_ = c.client.Database("admin").RunCommand(ctx, bson.D{{Key: "killSessions", Value: ids}}).Err()
}
