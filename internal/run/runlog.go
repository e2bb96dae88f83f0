package run

import (
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/store"
)

// LogChange logs a change of the state of a run, in one line. The first keys identify the
// run: crawlJob (namespace/name, if the run has one), company, runID and attempt. further are
// the keys and values after them.
func LogChange(log logr.Logger, message string, rec store.Run, further ...any) {
	if !log.Enabled() {
		return
	}
	var values []any
	if job := rec.CrawlJob; job.Name != "" {
		values = append(values, "crawlJob", job.Namespace+"/"+job.Name)
	}
	values = append(values, "company", rec.Company, "runID", rec.ID, "attempt", rec.Attempts)
	log.Info(message, append(values, further...)...)
}

// LogEnd logs that the execution of a run has ended: the run is finished, interrupted or
// released to the queue. A run that failed is logged with the cause.
func LogEnd(log logr.Logger, rec store.Run) {
	message := "run finished"
	switch rec.State {
	case store.RunInterrupted:
		message = "run interrupted"
	case store.RunPending:
		message = "run released"
	}
	d := rec.Documents
	values := []any{
		"reason", rec.StopReason, "pages", rec.Progress.Fetched, "documents", d.New + d.Changed + d.Unchanged,
		"newDocuments", d.New, "changedDocuments", d.Changed, "duration", Duration(rec),
	}
	if rec.State == store.RunFailed {
		values = append(values, "cause", rec.Message)
	}
	LogChange(log, message, rec, values...)
}

// Duration returns the time from the first claim of a run to its end, or to its last
// heartbeat if it has not ended. It is 0 for a run that no worker claimed.
func Duration(rec store.Run) time.Duration {
	if rec.StartedAt.IsZero() {
		return 0
	}
	end := rec.FinishedAt
	if end.IsZero() {
		end = rec.Heartbeat
	}
	return max(end.Sub(rec.StartedAt), 0).Round(time.Millisecond)
}

// ChangeLog returns the logger for changes of the state of runs.
func (r *Runner) ChangeLog() logr.Logger {
	if r.Interactive {
		return r.Log.V(1)
	}
	return r.Log
}
