package queue

import (
	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/store"
)

// states maps the states of a stored run to those of the runner package.
var states = map[store.RunState]runner.State{
	store.RunPending:     runner.StatePending,
	store.RunRunning:     runner.StateRunning,
	store.RunInterrupted: runner.StateInterrupted,
	store.RunComplete:    runner.StateComplete,
	store.RunFailed:      runner.StateFailed,
}

// StatusOf converts a stored record to a status.
func StatusOf(rec store.Run) runner.RunStatus {
	return runner.RunStatus{
		ID: rec.ID, State: states[rec.State], Reason: rec.StopReason, Message: rec.Message,
		Attempts: rec.Attempts, Dedicated: rec.AssignedWorker != "", NotBefore: rec.NotBefore,
		CreatedAt: rec.CreatedAt, StartedAt: rec.StartedAt, CompletedAt: rec.FinishedAt,
		Progress: runner.Progress{
			Fetched: rec.Progress.Fetched, Queued: rec.Progress.Queued, Failed: rec.Progress.Failed, Skipped: rec.Progress.Skipped,
		},
		Documents: v1alpha1.DocumentCounts{
			New: rec.Documents.New, Changed: rec.Documents.Changed, Unchanged: rec.Documents.Unchanged, Removed: rec.Documents.Removed,
			Broken: rec.Documents.Broken, Unreachable: rec.Documents.Unreachable, NotVisited: rec.Documents.NotVisited,
		},
	}
}
