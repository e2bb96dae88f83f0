package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// RunTrigger is what started a run.
type RunTrigger string

// The triggers of a run.
const (
	TriggerSchedule  RunTrigger = "Schedule"
	TriggerAPI       RunTrigger = "API"
	TriggerCLI       RunTrigger = "CLI"
	TriggerDashboard RunTrigger = "Dashboard"
	TriggerManifest  RunTrigger = "Manifest"
)

// RunTriggers returns all triggers of a run.
func RunTriggers() []RunTrigger {
	return []RunTrigger{TriggerSchedule, TriggerAPI, TriggerCLI, TriggerDashboard, TriggerManifest}
}

// RunQuery selects runs. An empty list selects all values of its field.
type RunQuery struct {
	Companies []string
	States    []RunState
	Triggers  []RunTrigger
	// CreatedSince selects runs that were created at or after it, in milliseconds, if it
	// is set.
	CreatedSince time.Time
	ListOptions
}

// Validate returns an error if a list has more than MaxQueryValues values.
func (q RunQuery) Validate() error {
	return checkQueryLists("runs", len(q.Companies), len(q.States), len(q.Triggers))
}

// DecodeRunKey decodes the key of a run in a list of runs: the time of its creation, in
// milliseconds, and its ID.
func DecodeRunKey(key string) (created int64, id string, err error) {
	number, id, _ := strings.Cut(key, " ")
	created, err = strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, "", fmt.Errorf("%.40q: %w", key, ErrInvalidToken)
	}
	return created, id, nil
}

// RunEventType is the type of a RunEvent.
type RunEventType string

// The types of run events.
const (
	RunStateChanged  RunEventType = "StateChanged"  // Reason is the new state
	RunHostSlowed    RunEventType = "HostSlowed"    // the delay of Host was raised; Reason says why
	RunHostPaused    RunEventType = "HostPaused"    // no request is sent to Host for a time; Reason says why
	RunDocumentFound RunEventType = "DocumentFound" // a document was found for the first time
	RunVersionStored RunEventType = "VersionStored" // a document has a new version
	RunFailure       RunEventType = "Failure"       // a request, a page or the run failed
)

// RunEvent is something that happened during a run. The events of a run are append-only.
type RunEvent struct {
	RunID string `json:"runID"`
	// Sequence is the position among the events of the run, from 1, without gaps. The store
	// sets it.
	Sequence int64 `json:"sequence"`
	// ID is chosen by the caller. An event with an ID that exists is not stored again.
	ID         string       `json:"id"`
	At         time.Time    `json:"at"`
	Type       RunEventType `json:"type"`
	Host       string       `json:"host"`
	URL        string       `json:"url"`
	DocumentID string       `json:"documentID"`
	Reason     string       `json:"reason"`
	Message    string       `json:"message"`
}

// Bounds of run events.
const (
	MaxRunEventBatch = 200   // events of one AppendRunEvents call; more are an error
	MaxRunEvents     = 5_000 // events of a run; later ones other than StateChanged are dropped
	// maxStateChanges is the number of StateChanged events that are stored beyond
	// MaxRunEvents. A run has a few; only an owner that suspends and resumes it all the time
	// causes more.
	maxStateChanges = 1_000
)

// CheckRunEventBatch returns an error if a batch of events exceeds MaxRunEventBatch, or if an
// event has no ID.
func CheckRunEventBatch(runID string, events []RunEvent) error {
	if len(events) > MaxRunEventBatch {
		return fmt.Errorf("append %d events to run %s: the maximum is %d", len(events), runID, MaxRunEventBatch)
	}
	for _, e := range events {
		if e.ID == "" {
			return fmt.Errorf("append %d events to run %s: a %s event has no ID", len(events), runID, e.Type)
		}
	}
	return nil
}

// NextRunEvents returns the events of a batch that a store appends to a run, with their run
// and sequence numbers. last is the greatest sequence number of the run, and stored has the
// IDs of the batch that are stored already.
func NextRunEvents(runID string, events []RunEvent, last int64, stored map[string]bool) []RunEvent {
	var next []RunEvent
	batch := map[string]bool{}
	for _, e := range events {
		full := last >= MaxRunEvents && e.Type != RunStateChanged || last >= MaxRunEvents+maxStateChanges
		if full || stored[e.ID] || batch[e.ID] {
			continue
		}
		last++
		batch[e.ID] = true
		e.RunID, e.Sequence = runID, last
		next = append(next, e)
	}
	return next
}

// RunEvents stores the events of runs. They are deleted with their run.
type RunEvents interface {
	// AppendRunEvents appends events to a run, all or none of them. It sets their RunID and
	// Sequence. It returns ErrNotFound if the run does not exist, and ErrFenced if f is set
	// and outdated. Without transactions, an interrupted call may append part of the batch;
	// the caller repeats it.
	AppendRunEvents(ctx context.Context, f Fence, runID string, events []RunEvent) error
	// ListRunEvents returns at most limit events with a Sequence greater than after, in order.
	// If limit is 0, it is DefaultLimit; it is at most MaxLimit.
	ListRunEvents(ctx context.Context, runID string, after int64, limit int) ([]RunEvent, error)
	// WatchRunEvents sends every event with a Sequence greater than after, in order and each
	// once, until ctx ends or the watch fails.
	WatchRunEvents(ctx context.Context, runID string, after int64) (RunEventWatch, error)
}

// RunEventWatch is a stream of the events of a run.
type RunEventWatch interface {
	// Events returns the channel of events. It is closed when the watch ends.
	Events() <-chan RunEvent
	// Err returns the reason why the watch ended, once Events is closed. It is nil if Stop or
	// the end of the context ended the watch.
	Err() error
	// Stop ends the watch and waits for its end.
	Stop()
}
