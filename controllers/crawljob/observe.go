package crawljob

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/controllers/scope"
)

// observe reports the status of the run in the status of the job. It retries a failed run,
// and finishes the job when the run has ended.
func (r *Reconciler) observe(ctx context.Context, s *jobScope) error {
	run := s.run
	s.copyCounts(run)
	handled, err := r.endRunIfDue(ctx, s)
	if err != nil || handled {
		return err
	}
	switch run.State {
	case runner.StateComplete:
		s.finish(v1alpha1.ConditionComplete, cmp.Or(run.Reason, v1alpha1.ReasonFrontierEmpty), completeMessage(run))
	case runner.StateFailed:
		return r.retryOrFail(ctx, s)
	case runner.StatePending, runner.StateInterrupted:
		s.setInProgress(v1alpha1.ReasonPending, s.pendingMessage(run))
		requeueAfter := s.pollInterval(run)
		if wait := run.NotBefore.Sub(s.Now()); wait > 0 {
			requeueAfter = min(requeueAfter, max(wait, scope.ConflictDelay))
		}
		s.End(requeueAfter)
	case runner.StateRunning:
		s.setInProgress(v1alpha1.ReasonRunning, cmp.Or(run.Message, fmt.Sprintf("Crawling %s.", s.job.CompanyKey())))
		s.End(s.pollInterval(run))
	}
	return nil
}

// pollInterval returns the time until the next poll of the run. It grows with the age of
// the job, but does not exceed the time until the deadline.
func (s *jobScope) pollInterval(run *runner.RunStatus) time.Duration {
	age := time.Duration(0)
	if started := s.job.Status.StartTime; started != nil {
		age = s.Now().Sub(started.Time)
	}
	d := time.Minute
	switch {
	case age < 10*time.Second:
		d = 2 * time.Second
	case age < time.Minute:
		d = 10 * time.Second
	case age < 10*time.Minute:
		d = 30 * time.Second
	}
	if remaining := s.remaining(run); remaining > 0 {
		d = min(d, remaining)
	}
	return d
}

// reportFactor limits the status writes of a running crawl: its counts are written again
// once the number of fetched pages has grown by this factor. A crawl of 500 pages, the
// default maximum, writes its counts five times while it runs and once at its end.
const reportFactor = 4

// maxSkipCounts is the maximum number of skip reasons in the schema.
const maxSkipCounts = 64

// copyCounts copies the counts of the run into the status.
func (s *jobScope) copyCounts(run *runner.RunStatus) {
	status := &s.job.Status
	status.Attempts = run.Attempts
	reported := status.Progress
	if run.State == runner.StateRunning && reported != nil && run.Progress.Fetched < max(1, reportFactor*reported.Fetched) {
		return
	}
	p := &v1alpha1.CrawlProgress{Fetched: run.Progress.Fetched, Queued: run.Progress.Queued, Failed: run.Progress.Failed}
	for reason, n := range run.Progress.Skipped {
		p.Skipped = append(p.Skipped, v1alpha1.SkipCount{Reason: reason, Count: n})
	}
	slices.SortFunc(p.Skipped, func(a, b v1alpha1.SkipCount) int { return cmp.Compare(a.Reason, b.Reason) })
	p.Skipped = p.Skipped[:min(len(p.Skipped), maxSkipCounts)]
	documents := run.Documents
	status.Progress, status.Documents = p, &documents
}

func (s *jobScope) pendingMessage(run *runner.RunStatus) string {
	if run.NotBefore.After(s.Now()) {
		return fmt.Sprintf("Waiting until %s for the next attempt.", run.NotBefore.UTC().Format(time.RFC3339))
	}
	return cmp.Or(run.Message, "Waiting for a free worker.")
}

func completeMessage(run *runner.RunStatus) string {
	return cmp.Or(run.Message, fmt.Sprintf("Fetched %d pages: %s.", run.Progress.Fetched, run.Documents.Describe()))
}
