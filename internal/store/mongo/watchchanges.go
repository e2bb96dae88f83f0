package mongo

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/feed"
)

// safetyPollInterval is the interval at which a watch of the feed reads it even if it was not
// notified.
const safetyPollInterval = 30 * time.Second

// WatchChanges implements store.Changes. A watch reads the feed after the last sequence that it
// sent. All watches of the process share one change stream, which only tells them to read, so
// nothing is lost or sent twice if the stream fails.
func (s changeStore) WatchChanges(ctx context.Context, after int64) (store.ChangeWatch, error) {
	poll := pollInterval
	if s.replicated {
		s.feedStream.start(s.followFeed)
		poll = safetyPollInterval
	}
	return feed.WatchChanges(ctx, s.ListChanges, &s.changeFeed, poll, after), nil
}

// background is a goroutine that runs from the first start to stop. The zero background is ready
// to use.
type background struct {
	mu      sync.Mutex
	stopped bool
	cancel  context.CancelFunc
	done    chan struct{}
}

// start runs do in the goroutine, unless it runs already or was stopped.
func (b *background) start(do func(context.Context)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped || b.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	b.cancel, b.done = cancel, make(chan struct{})
	go func() {
		defer close(b.done)
		do(ctx)
	}()
}

// stop ends the goroutine and waits until it has ended or ctx ends.
func (b *background) stop(ctx context.Context) {
	b.mu.Lock()
	b.stopped = true
	cancel, done := b.cancel, b.done
	b.mu.Unlock()
	if cancel == nil {
		return
	}
	cancel()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// followFeed notifies the watches of the feed until ctx ends. While there is no change stream, it
// notifies them at pollInterval.
func (s *database) followFeed(ctx context.Context) {
	for {
		// The error is not reported, because the watches read the feed and report their own.
		_ = s.readFeedStream(ctx)
		s.changeFeed.Notify("")
		select {
		case <-ctx.Done():
			return
		case <-time.After(pollInterval):
		}
	}
}

// readFeedStream notifies the watches of every insert until the change stream fails.
func (s *database) readFeedStream(ctx context.Context) error {
	stream, err := s.openFeedStream(ctx)
	if err != nil {
		return err
	}
	defer closeStream(ctx, stream)
	s.changeFeed.Notify("") // changes before the stream
	for ctx.Err() == nil {
		if stream.TryNext(ctx) {
			s.changeFeed.Notify("")
			continue
		}
		if err := stream.Err(); err != nil {
			return err
		}
		if stream.ID() == 0 {
			return errors.New("the change stream ended")
		}
	}
	return ctx.Err()
}

// openFeedStream opens a change stream of the feed.
func (s *database) openFeedStream(ctx context.Context) (*mongo.ChangeStream, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	return s.db.Collection(changeCollection).Watch(ctx, mongo.Pipeline{
		{{Key: "$match", Value: bson.D{{Key: "operationType", Value: bson.D{{Key: "$in", Value: bson.A{"insert", "drop", "rename", "dropDatabase", "invalidate"}}}}}}},
		{{Key: "$project", Value: bson.D{{Key: "_id", Value: 1}}}},
	}, options.ChangeStream().SetMaxAwaitTime(time.Second))
}

// closeStream closes a change stream within attemptTimeout, also after ctx has ended.
func closeStream(ctx context.Context, stream *mongo.ChangeStream) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptTimeout)
	defer cancel()
	_ = stream.Close(ctx)
}

// TryChangeStream opens and closes a change stream. It returns the error of a server that refuses
// one, for example because the user lacks the privilege, or because it is not a replica set.
func (s *Store) TryChangeStream(ctx context.Context) error {
	return s.retry(ctx, "open a change stream", func(ctx context.Context) error {
		stream, err := s.openFeedStream(ctx)
		if err != nil {
			return err
		}
		closeStream(ctx, stream)
		return nil
	})
}
