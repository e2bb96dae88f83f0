package feed

import (
	"context"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// runEventWatch implements store.RunEventWatch.
type runEventWatch struct{ *Watch[store.RunEvent] }

// Events implements store.RunEventWatch.
func (w runEventWatch) Events() <-chan store.RunEvent { return w.Items() }

// WatchRunEvents returns a watch of the events of a run. list is the ListRunEvents of the
// store, and the topic of notifier is the ID of the run. If poll is zero, the watch does not
// poll.
func WatchRunEvents(ctx context.Context, list func(ctx context.Context, runID string, after int64, limit int) ([]store.RunEvent, error), notifier *Notifier, poll time.Duration, runID string, after int64) store.RunEventWatch {
	return runEventWatch{Start(ctx, after, Source[store.RunEvent]{
		Read: func(ctx context.Context, after int64) ([]store.RunEvent, error) {
			return list(ctx, runID, after, store.MaxLimit)
		},
		Sequence: func(e store.RunEvent) int64 { return e.Sequence },
		Notifier: notifier, Topic: runID, PollInterval: poll,
	})}
}
