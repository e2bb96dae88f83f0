// Package retention deletes the records of old runs.
package retention

import (
	"context"
	"fmt"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/store"
)

// cleanupInterval is the time between two deletions. It was chosen by hand: the limits are
// in days and in runs of companies that are crawled about once a day.
const cleanupInterval = time.Hour

// Cleaner deletes the runs that exceed its limits. It is a Runnable of a Manager and runs on
// the leader.
type Cleaner struct {
	Runs interface {
		ListRunCompanies(ctx context.Context, opts store.ListOptions) (names []string, next string, err error)
		ExpireRuns(ctx context.Context, company string, keep int, before time.Time) (deleted int, err error)
	}
	// Keep is how many of the newest runs of each company are kept.
	Keep int
	// MaxAge is the time after its end after which a run is deleted.
	MaxAge time.Duration
	Log    logr.Logger
}

// Start implements manager.Runnable. It deletes expired runs periodically until ctx ends.
func (c *Cleaner) Start(ctx context.Context) error {
	tick := time.NewTicker(cleanupInterval)
	defer tick.Stop()
	for {
		deleted, err := c.DeleteExpired(ctx, time.Now())
		if err != nil && ctx.Err() == nil {
			c.Log.Error(err, "failed to delete expired runs")
		}
		if deleted > 0 {
			c.Log.Info("deleted expired runs", "runs", deleted)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// DeleteExpired deletes the expired runs of all companies and returns their number.
func (c *Cleaner) DeleteExpired(ctx context.Context, now time.Time) (deleted int, err error) {
	p := store.ListOptions{Limit: store.MaxLimit}
	for {
		companies, next, err := c.Runs.ListRunCompanies(ctx, p)
		if err != nil {
			return deleted, fmt.Errorf("delete expired runs: %w", err)
		}
		for _, company := range companies {
			for {
				n, err := c.Runs.ExpireRuns(ctx, company, c.Keep, now.Add(-c.MaxAge))
				if err != nil {
					return deleted, fmt.Errorf("delete expired runs of %s: %w", company, err)
				}
				deleted += n
				if n < store.MaxExpiredRuns {
					break
				}
			}
		}
		if next == "" {
			return deleted, nil
		}
		p.Continue = next
	}
}
