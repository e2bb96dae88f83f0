package feed

import (
	"context"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// changeWatch implements store.ChangeWatch.
type changeWatch struct{ *Watch[store.Change] }

// Changes implements store.ChangeWatch.
func (w changeWatch) Changes() <-chan store.Change { return w.Items() }

// WatchChanges returns a watch of the feed of changes. list is the ListChanges of the store.
// Writers notify the empty topic of notifier. If poll is zero, the watch does not poll.
func WatchChanges(ctx context.Context, list func(context.Context, store.ChangeQuery) ([]store.Change, string, error), notifier *Notifier, poll time.Duration, after int64) store.ChangeWatch {
	return changeWatch{Start(ctx, after, Source[store.Change]{
		Read: func(ctx context.Context, after int64) ([]store.Change, error) {
			changes, _, err := list(ctx, store.ChangeQuery{After: after, Order: store.OldestFirst, ListOptions: store.ListOptions{Limit: store.MaxLimit}})
			return changes, err
		},
		Sequence: func(c store.Change) int64 { return c.Sequence },
		Notifier: notifier, PollInterval: poll,
	})}
}
