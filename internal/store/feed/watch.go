package feed

import (
	"context"
	"sync"
	"time"
)

// Source is where a watch reads its records.
type Source[T any] struct {
	// Read returns the next records with a sequence number greater than after, in order. It
	// returns none if there are no more.
	Read func(ctx context.Context, after int64) ([]T, error)
	// Sequence returns the sequence number of a record.
	Sequence func(T) int64
	// Notifier wakes the watch up after a write to Topic by this process.
	Notifier *Notifier
	Topic    string
	// PollInterval is the time between two reads without a notification. If it is zero, the
	// watch does not poll, because all writers are in this process.
	PollInterval time.Duration
}

// Watch is a stream of the records of a feed.
type Watch[T any] struct {
	items  chan T
	cancel context.CancelFunc
	mu     sync.Mutex
	err    error
}

// Start starts a watch of the records with a sequence number greater than after. It ends when
// ctx ends, when a read fails, or at a call of Stop.
func Start[T any](ctx context.Context, after int64, s Source[T]) *Watch[T] {
	ctx, cancel := context.WithCancel(ctx)
	w := &Watch[T]{items: make(chan T), cancel: cancel}
	changes := s.Notifier.subscribe(s.Topic)
	go func() {
		defer close(w.items)
		defer changes.close()
		defer cancel()
		err := s.follow(ctx, after, changes.notified, w.items)
		if ctx.Err() != nil {
			err = nil
		}
		w.mu.Lock()
		w.err = err
		w.mu.Unlock()
	}()
	return w
}

// Items returns the channel of records. It is closed when the watch ends.
func (w *Watch[T]) Items() <-chan T { return w.items }

// Err returns the reason why the watch ended, once Items is closed. It is nil if Stop or the
// end of the context ended the watch.
func (w *Watch[T]) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// Stop ends the watch and waits for its end.
func (w *Watch[T]) Stop() {
	w.cancel()
	for range w.items { // until the sender closes the channel
	}
}

// follow sends records to a channel until ctx ends or a read fails.
func (s Source[T]) follow(ctx context.Context, after int64, changed <-chan struct{}, to chan<- T) error {
	var poll <-chan time.Time
	if s.PollInterval > 0 {
		tick := time.NewTicker(s.PollInterval)
		defer tick.Stop()
		poll = tick.C
	}
	for {
		items, err := s.Read(ctx, after)
		if err != nil {
			return err
		}
		for _, item := range items {
			select {
			case to <- item:
				after = s.Sequence(item)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if len(items) > 0 {
			continue
		}
		select {
		case <-changed:
		case <-poll:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
