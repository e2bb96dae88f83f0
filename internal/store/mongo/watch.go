package mongo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// watchBuffer is the number of events that are buffered for a slow reader.
const watchBuffer = 256

// pollInterval is the interval between lists on a server without change streams.
const pollInterval = time.Second

// watch implements store.Watch.
type watch struct {
	events chan store.ObjectEvent
	cancel context.CancelFunc
	mu     sync.Mutex
	err    error
}

func (w *watch) Events() <-chan store.ObjectEvent { return w.events }

func (w *watch) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

func (w *watch) Stop() {
	w.cancel()
	for range w.events { // until the sender closes the channel
	}
}

// end closes the watch with an error. The error is dropped if ctx has ended.
func (w *watch) end(ctx context.Context, err error) {
	if ctx.Err() == nil {
		w.mu.Lock()
		w.err = err
		w.mu.Unlock()
	}
	close(w.events)
}

// send delivers an event and reports whether it did so before ctx ended.
func (w *watch) send(ctx context.Context, e store.ObjectEvent) bool {
	select {
	case w.events <- e:
		return true
	case <-ctx.Done():
		return false
	}
}

// operationTime returns the server's operation time as seconds<<32 | increment. A watch from
// it delivers every change that a read after this call does not include.
func (s *database) operationTime(ctx context.Context) (string, error) {
	if !s.replicated {
		return "0", nil
	}
	var reply struct {
		At bson.Timestamp `json:"operationTime"`
	}
	// A read with majority concern returns the time of the majority.
	if err := s.db.RunCommand(ctx, bson.D{{Key: "find", Value: metaCollection}, {Key: "limit", Value: 1}, {Key: "readConcern", Value: bson.D{{Key: "level", Value: "majority"}}}}).Decode(&reply); err != nil {
		return "", err
	}
	return strconv.FormatUint(uint64(reply.At.T)<<32|uint64(reply.At.I), 10), nil
}

// WatchObjects implements store.Objects. version is a version that ListObjects returned. The
// watch resumes without a gap after elections and lost connections.
func (s objectStore) WatchObjects(ctx context.Context, kind, version string) (store.Watch, error) {
	n, err := strconv.ParseUint(version, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("watch %s from version %.40q: %w", kind, version, store.ErrExpired)
	}
	ctx, cancel := context.WithCancel(ctx)
	w := &watch{events: make(chan store.ObjectEvent, watchBuffer), cancel: cancel}
	if !s.replicated {
		go w.poll(ctx, s, kind)
		return w, nil
	}
	from := bson.Timestamp{T: uint32(n >> 32), I: uint32(n)}
	from.I++ // the list includes the changes at n
	f := &follower{s: s, kind: kind, from: from}
	err = s.retry(ctx, "watch "+kind, f.open)
	if err != nil {
		cancel()
		return nil, expiredError(err)
	}
	go f.run(ctx, w)
	return w, nil
}

// follower reads a change stream and resumes it after retryable errors.
type follower struct {
	s      objectStore
	kind   string
	from   bson.Timestamp // start of the stream while token is nil
	token  bson.Raw       // position of the last event
	stream *mongo.ChangeStream
}

// open opens the change stream after the last event.
func (f *follower) open(ctx context.Context) error {
	opts := options.ChangeStream().SetMaxAwaitTime(time.Second)
	if f.token != nil {
		opts.SetResumeAfter(f.token)
	} else {
		opts.SetStartAtOperationTime(&f.from)
	}
	var err error
	f.stream, err = f.s.objects(f.kind).Watch(ctx, mongo.Pipeline{
		// Deletions are excluded: the TTL index deletes tombstones, which is not a change of an
		// object.
		{{Key: "$match", Value: bson.D{{Key: "operationType", Value: bson.D{{Key: "$in", Value: bson.A{"insert", "replace", "drop", "rename", "dropDatabase", "invalidate"}}}}}}},
	}, opts)
	return err
}

// run sends the events of the stream to w until ctx ends or an error is not retryable.
func (f *follower) run(ctx context.Context, w *watch) {
	for {
		err := f.read(ctx, w)
		_ = f.stream.Close(context.WithoutCancel(ctx))
		if ctx.Err() == nil && isRetryable(err) {
			err = f.s.retry(ctx, "watch "+f.kind, f.open)
			if err == nil {
				continue
			}
		}
		w.end(ctx, expiredError(err))
		return
	}
}

// read sends the events of the open stream to w until the stream fails or ctx ends.
func (f *follower) read(ctx context.Context, w *watch) error {
	for {
		for f.stream.TryNext(ctx) {
			var e struct {
				Type string  `json:"operationType"`
				Full *object `json:"fullDocument"`
			}
			if err := f.stream.Decode(&e); err != nil {
				return fmt.Errorf("watch %s: read an event: %w", f.kind, err)
			}
			if e.Full == nil {
				return fmt.Errorf("watch %s: the collection had a %s event: %w", f.kind, e.Type, store.ErrExpired)
			}
			o, err := e.Full.toStore(f.kind)
			if err != nil {
				return err
			}
			if !w.send(ctx, store.ObjectEvent{Type: store.EventType(e.Full.Change), Object: o}) {
				return ctx.Err()
			}
			f.token = f.stream.ResumeToken()
		}
		if err := f.stream.Err(); err != nil {
			return err
		}
		if f.stream.ID() == 0 {
			return fmt.Errorf("watch %s: the stream ended: %w", f.kind, store.ErrExpired)
		}
		if t := f.stream.ResumeToken(); t != nil {
			f.token = t // the token advances even without events, so it does not expire
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// expiredError adds store.ErrExpired to errors that mean that the oplog no longer contains
// the requested position: ChangeStreamFatalError 280, ChangeStreamHistoryLost 286 and
// CappedPositionLost 136 (error_codes.yml of MongoDB 6.0).
func expiredError(err error) error {
	var server mongo.ServerError
	if errors.As(err, &server) && (server.HasErrorCode(280) || server.HasErrorCode(286) || server.HasErrorCode(136)) {
		return fmt.Errorf("%w: %w", store.ErrExpired, err)
	}
	return err
}

// poll lists the objects at an interval and sends the differences. It replaces change streams
// on a server without them.
func (w *watch) poll(ctx context.Context, s objectStore, kind string) {
	seen := map[string]store.Object{}
	first := true
	for {
		now := map[string]store.Object{}
		p := store.ListOptions{Limit: store.MaxLimit}
		for {
			items, next, _, err := s.ListObjects(ctx, kind, "", p)
			if err != nil {
				w.end(ctx, err)
				return
			}
			for _, o := range items {
				now[idOf(o.ObjectKey)] = o
			}
			if next == "" {
				break
			}
			p.Continue = next
		}
		if !w.sendDifferences(ctx, seen, now, first) {
			w.end(ctx, ctx.Err())
			return
		}
		seen, first = now, false
		select {
		case <-ctx.Done():
			w.end(ctx, ctx.Err())
			return
		case <-time.After(pollInterval):
		}
	}
}

// sendDifferences sends the objects that were added, modified or deleted between two lists. It
// sends all objects of the first list as added, although the reader may already know them. It
// reports whether it sent all before ctx ended.
func (w *watch) sendDifferences(ctx context.Context, seen, now map[string]store.Object, first bool) bool {
	for id, o := range now {
		old, known := seen[id]
		t := store.EventModified
		if !known || first {
			t = store.EventAdded
		}
		if old.ResourceVersion != o.ResourceVersion && !w.send(ctx, store.ObjectEvent{Type: t, Object: o}) {
			return false
		}
	}
	for id, o := range seen {
		if _, there := now[id]; !there && !w.send(ctx, store.ObjectEvent{Type: store.EventDeleted, Object: o}) {
			return false
		}
	}
	return true
}
