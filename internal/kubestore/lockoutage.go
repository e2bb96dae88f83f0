package kubestore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// ErrLeadershipLost means that another process became the leader while this one was.
var ErrLeadershipLost = errors.New("leadership lost")

// outage measures how long the store does not respond to a lock.
type outage struct {
	answered time.Time     // of the last response
	lasts    bool          // the last operation had no response
	previous time.Duration // length of the last outage, 0 after a write since
}

// call executes an operation of the store with the timeout of the lock. It logs the beginning and
// the end of an outage.
func (l *Lock) call(ctx context.Context, f func(context.Context) (store.Object, error)) (store.Object, error) {
	attempt, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	o, err := f(attempt)
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	silence := now.Sub(l.outage.answered)
	if isOutage(ctx, err) {
		if !l.outage.lasts {
			l.log.Error(err, "the store does not respond to the leader election", "leader", l.held != nil)
		}
		l.outage.lasts = true
		return o, err
	}
	if ctx.Err() != nil && err != nil { // the process ends
		return o, err
	}
	if l.outage.lasts {
		l.outage.previous = silence
		l.log.Info("the store responds to the leader election again", "leader", l.held != nil, "silence", silence.Round(time.Millisecond))
	}
	l.outage.answered, l.outage.lasts = now, false
	return o, err
}

// isOutage reports whether err means that the store did not respond to an operation with ctx.
func isOutage(ctx context.Context, err error) bool {
	if err == nil || errors.Is(ctx.Err(), context.Canceled) {
		return false
	}
	for _, answer := range []error{store.ErrNotFound, store.ErrExists, store.ErrConflict, store.ErrFenced} {
		if errors.Is(err, answer) {
			return false
		}
	}
	return true
}

// lose reports that another process is the leader. The caller holds l.mu.
func (l *Lock) lose(to string) {
	silence := max(l.outage.previous, time.Since(l.held.RenewTime.Time)).Round(time.Second)
	l.held = nil
	if l.onLost != nil {
		l.onLost(fmt.Errorf("%w: the lock was not renewed for about %s, because the store did not respond or this process was paused, and %s became the leader", ErrLeadershipLost, silence, to))
	}
}
