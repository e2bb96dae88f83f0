package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

const (
	// maxFailureEvents and maxHostEvents bound the events of one execution of a run, so that a
	// site that fails all the time leaves room for other events. Further ones are counted.
	maxFailureEvents = 200
	maxHostEvents    = 200
	// maxPendingEvents is the maximum number of events that wait to be written. Further ones
	// other than StateChanged are dropped; only a store that does not respond causes that.
	maxPendingEvents = 2_000
	// eventInterval is the interval at which pending events are written.
	eventInterval = time.Second
	// maxEventMessage is the maximum length of the message of an event, in bytes.
	maxEventMessage = 1_000
)

// eventLog collects the events of a run and appends them to the store in batches. A nil
// eventLog discards everything. It is safe for concurrent use.
type eventLog struct {
	storage storage
	log     logr.Logger

	flushing sync.Mutex // held during a flush, which keeps the order of the events
	mu       sync.Mutex
	pending  []store.RunEvent
	failures int // events of failures, including those that were not recorded
	hosts    int // events of hosts, including those that were not recorded
}

// add records an event. The ID identifies the event within the run: an event that a worker
// has recorded before it was killed is not recorded again.
func (l *eventLog) add(e store.RunEvent) {
	if l == nil {
		return
	}
	e.At = time.Now().UTC()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) < maxPendingEvents || e.Type == store.RunStateChanged {
		l.pending = append(l.pending, e)
	}
}

// count increments a counter of events and reports whether the limit is not exceeded.
func (l *eventLog) count(n *int, limit int) bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	*n++
	return *n <= limit
}

// document records that the run found a new document or stored a version.
func (l *eventLog) document(f Found) {
	e := store.RunEvent{URL: f.URL, DocumentID: f.ID, Reason: f.Change, Message: f.Title}
	switch f.Change {
	case Created:
		e.Type, e.ID = store.RunDocumentFound, "document/"+f.ID
	case Changed, Flapping:
		e.Type, e.ID = store.RunVersionStored, fmt.Sprintf("version/%s/%d", f.ID, f.Versions)
	default:
		return
	}
	e.Message = boundedMessage(e.Message)
	l.add(e)
}

// outcome records the outcome of a URL if it is a failure. A probe that finds nothing
// is not one.
func (l *eventLog) outcome(o crawl.Outcome) {
	reason := o.Reason
	switch {
	case l == nil, o.Kind == crawl.OutcomeFailed && reason == crawl.SkipNotFound && o.Parent == "":
		return
	case o.Kind == crawl.OutcomeFailed:
	case o.Kind == crawl.OutcomeFetched && o.Verdict != nil && o.Verdict.Reason == crawl.SkipUnreadable:
		reason = o.Verdict.Reason
	default:
		return
	}
	if !l.count(&l.failures, maxFailureEvents) {
		return
	}
	message := "The request had no response."
	if o.Cause != "" {
		message = "The request had no response: " + o.Cause + "."
	}
	if o.Status > 0 {
		message = fmt.Sprintf("The response had the status %d.", o.Status)
	}
	l.add(store.RunEvent{ID: "failure/" + hashID(string(reason)+" "+o.URL), Type: store.RunFailure, URL: o.URL, Reason: string(reason), Message: message})
}

// host records that a host is slowed down or paused.
func (l *eventLog) host(e crawl.HostEvent) {
	if l == nil || !l.count(&l.hosts, maxHostEvents) {
		return
	}
	kind, message := store.RunHostSlowed, fmt.Sprintf("The delay between two requests is now %s.", e.Delay)
	if e.Kind == crawl.HostPaused {
		kind, message = store.RunHostPaused, fmt.Sprintf("The host receives no request for %s.", e.Delay.Round(time.Millisecond))
		if e.Delay == 0 {
			message = "The host receives no request for the rest of the crawl."
		}
	}
	l.add(store.RunEvent{ID: "host/" + NewID(), Type: kind, Host: e.Host, Reason: e.Reason, Message: message})
}

// state records the state of a run, and the events that were only counted if it is its end.
func (l *eventLog) state(rec store.Run) {
	if l == nil {
		return
	}
	l.mu.Lock()
	failures, hosts := max(l.failures-maxFailureEvents, 0), max(l.hosts-maxHostEvents, 0)
	l.mu.Unlock()
	for what, n := range map[string]int{"failures": failures, "pauses of hosts": hosts} {
		if n > 0 {
			l.add(store.RunEvent{ID: "more/" + NewID(), Type: store.RunFailure, Reason: "NotRecorded", Message: fmt.Sprintf("%d more %s are not recorded.", n, what)})
		}
	}
	l.add(StateEvent(rec, ""))
}

// start writes the pending events once a second, in a goroutine of its own, until stop is
// called.
func (l *eventLog) start(ctx context.Context) (stop func()) {
	if l == nil {
		return func() {}
	}
	return repeat(ctx, eventInterval, l.flush)
}

// flush writes the pending events. A failure does not end the run: it is logged, and the next
// flush writes the events again.
func (l *eventLog) flush(ctx context.Context) {
	if l == nil {
		return
	}
	l.flushing.Lock()
	defer l.flushing.Unlock()
	for {
		l.mu.Lock()
		batch := l.pending[:min(len(l.pending), store.MaxRunEventBatch)]
		l.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		if err := l.storage.store.AppendRunEvents(ctx, l.storage.fence, l.storage.runID, batch); err != nil {
			if ctx.Err() == nil {
				l.log.Error(err, "failed to save events", "runID", l.storage.runID)
			}
			return
		}
		l.mu.Lock()
		l.pending = l.pending[len(batch):]
		l.mu.Unlock()
	}
}

// StateEvent returns the event that a run is in its state. If message is empty, it is the stop
// reason and message of the run.
func StateEvent(rec store.Run, message string) store.RunEvent {
	if message == "" {
		message = strings.TrimPrefix(rec.StopReason+": "+rec.Message, ": ")
		message = strings.TrimSuffix(message, ": ")
	}
	return store.RunEvent{ID: "state/" + NewID(), At: time.Now().UTC(), Type: store.RunStateChanged, Reason: string(rec.State), Message: boundedMessage(message)}
}

// stateTimeout bounds RecordState. It is shorter than a lease, which the worker that claims a
// run does not renew yet.
const stateTimeout = 5 * time.Second

// RecordState appends the event that a run is in its state, even if ctx is cancelled. An error
// is logged: the record of the run has the state in any case.
func RecordState(ctx context.Context, s store.RunEvents, log logr.Logger, rec store.Run, message string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stateTimeout)
	defer cancel()
	err := s.AppendRunEvents(ctx, rec.Fence, rec.ID, []store.RunEvent{StateEvent(rec, message)})
	if err != nil && !errors.Is(err, store.ErrFenced) {
		log.Error(err, "failed to save the change of state", "runID", rec.ID, "state", rec.State)
	}
}

// boundedMessage returns at most maxEventMessage bytes of valid text.
func boundedMessage(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), maxEventMessage)], "")
}

func hashID(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}
