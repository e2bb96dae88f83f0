package queue

import (
	"cmp"
	"context"
	"fmt"
	"time"

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

// StatusOf converts a stored record to a status. For a run that waits in the queue, it reads
// whether another run of the company is the reason.
func (q *Queue) StatusOf(ctx context.Context, rec store.Run) (runner.RunStatus, error) {
	status := StatusOf(rec)
	if rec.State != store.RunPending || rec.AssignedWorker != "" || rec.NotBefore.After(time.Now()) {
		return status, nil
	}
	message, err := q.WaitingForRun(ctx, rec)
	if message != "" {
		status.Waiting, status.Message = v1alpha1.ReasonWaitingForCrawlJob, message
	}
	return status, err
}

// liveHeartbeat is the maximum age of the heartbeat of a run that is considered to run. A run
// of a killed process, which no process resumes, stays Running.
const liveHeartbeat = time.Minute

// WaitingForRun returns a message if a pending run waits because another run of its company
// has a worker, and "" otherwise.
func (q *Queue) WaitingForRun(ctx context.Context, rec store.Run) (string, error) {
	runs, _, err := q.Runs.QueryRuns(ctx, store.RunQuery{Companies: []string{rec.Company}, States: []store.RunState{store.RunRunning}})
	if err != nil {
		return "", fmt.Errorf("list the running runs of %s: %w", rec.Company, err)
	}
	for _, other := range runs {
		if other.ID == rec.ID || time.Since(other.Heartbeat) > liveHeartbeat {
			continue
		}
		if other.CrawlJob.Name != "" {
			return fmt.Sprintf("Waiting for CrawlJob %s (same company) to finish.", other.CrawlJob.Name), nil
		}
		return fmt.Sprintf("Waiting for run %s of the same company, which worker %s executes without a CrawlJob, to finish.", other.ID, other.Worker), nil
	}
	return "", nil
}

// StatusOf converts a stored record to a status.
func StatusOf(rec store.Run) runner.RunStatus {
	waiting, message := waitingOf(rec)
	return runner.RunStatus{
		ID: rec.ID, State: states[rec.State], Reason: rec.StopReason, Message: cmp.Or(message, rec.Message), Waiting: waiting,
		Attempts: rec.Attempts, Takeovers: rec.Takeovers, Dedicated: rec.AssignedWorker != "", NotBefore: rec.NotBefore,
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

// waitingOf returns the reason and the message of a run that makes no progress, as far as its
// record has them.
func waitingOf(rec store.Run) (reason, message string) {
	switch {
	case rec.State == store.RunPending && rec.AssignedWorker != "":
		return v1alpha1.ReasonPodNotCreated, cmp.Or(rec.Message, "Waiting for a pod to be created.")
	case rec.State == store.RunRunning && rec.WaitingForHost != "":
		return v1alpha1.ReasonWaitingForHost, fmt.Sprintf("Waiting for host %s, which another crawl holds.", rec.WaitingForHost)
	default:
		return "", ""
	}
}
