package store

import (
	"context"
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

// RunQuery selects runs. An empty list selects all values of its field.
type RunQuery struct {
	Companies []string
	States    []RunState
	Triggers  []RunTrigger
	// CreatedSince selects runs that were created at or after it, if it is set.
	CreatedSince time.Time
	ListOptions
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
)

// RunEvents stores the events of runs. They are deleted with their run.
type RunEvents interface {
	// AppendRunEvents appends events to a run.
	AppendRunEvents(ctx context.Context, f Fence, runID string, events []RunEvent) error
	// ListRunEvents returns at most limit events with a Sequence greater than after, in order.
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
