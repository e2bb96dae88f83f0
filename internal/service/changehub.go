package service

import (
	"context"
	"sort"
	"sync"

	"github.com/clausea/crawler/internal/store"
)

const (
	// maxRecent is the number of changes that the streams share in memory. A stream that is
	// further behind reads the store.
	maxRecent = 1000
	// streamBatch is the number of changes that a stream takes at once.
	streamBatch = 100
)

// changeHub lets all streams of the process share one watch of the feed: the store is read once
// for each change, and not once for each stream. The watch runs while there are streams. The zero
// hub is ready to use.
type changeHub struct {
	mu      sync.Mutex
	current *sharedWatch // nil: no stream
}

// join adds a stream. latest is the greatest sequence of the feed, read before the call.
func (h *changeHub) join(ctx context.Context, changes store.Changes, latest int64, s *ChangeStream) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.current == nil || !h.current.add(s) {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		watch, err := changes.WatchChanges(ctx, latest)
		if err != nil {
			cancel()
			return err
		}
		h.current = &sharedWatch{cancel: cancel, done: make(chan struct{}), streams: map[*ChangeStream]bool{s: true}, from: latest}
		go h.current.follow(watch)
	}
	s.shared = h.current
	return nil
}

// leave removes a stream. The last one ends the watch and waits for its end.
func (h *changeHub) leave(s *ChangeStream) {
	h.mu.Lock()
	last := s.shared.remove(s)
	if last && h.current == s.shared {
		h.current = nil
	}
	h.mu.Unlock()
	if last {
		s.shared.cancel()
		<-s.shared.done
	}
}

// sharedWatch is a watch of the feed with its most recent changes.
type sharedWatch struct {
	cancel context.CancelFunc
	done   chan struct{}

	mu      sync.Mutex
	streams map[*ChangeStream]bool
	// recent has all changes of the feed with a sequence greater than from, as far as the watch
	// has received them.
	recent []store.Change
	from   int64
	ended  bool
	err    error
}

// follow receives the changes until the watch ends.
func (w *sharedWatch) follow(watch store.ChangeWatch) {
	defer close(w.done)
	defer watch.Stop()
	for c := range watch.Changes() {
		w.mu.Lock()
		if len(w.recent) == maxRecent {
			w.from = w.recent[0].Sequence
			w.recent = append(w.recent[:0], w.recent[1:]...)
		}
		w.recent = append(w.recent, c)
		w.notify()
		w.mu.Unlock()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended, w.err = true, watch.Err()
	w.notify()
}

// notify wakes the streams up. The caller holds mu.
func (w *sharedWatch) notify() {
	for s := range w.streams {
		select {
		case s.notified <- struct{}{}:
		default: // it has a notification already
		}
	}
}

// add adds a stream, unless the watch has ended.
func (w *sharedWatch) add(s *ChangeStream) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		w.streams[s] = true
	}
	return !w.ended
}

// remove removes a stream and reports whether it was the last one.
func (w *sharedWatch) remove(s *ChangeStream) (last bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.streams, s)
	return len(w.streams) == 0
}

// after returns changes with a sequence greater than one. If it is before from, there are none, and
// the stream must read the store up to from.
func (w *sharedWatch) after(sequence int64) (changes []store.Change, from int64, ended bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if sequence < w.from {
		return nil, w.from, false, nil
	}
	i := sort.Search(len(w.recent), func(i int) bool { return w.recent[i].Sequence > sequence })
	rest := w.recent[i:]
	return append(changes, rest[:min(len(rest), streamBatch)]...), w.from, w.ended, w.err
}
