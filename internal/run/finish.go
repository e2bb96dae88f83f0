package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// finish marks the known documents that were not found, computes coverage, and stores the final
// run record. err is the error of the crawl and cause the cause with which its context
// ended, if it did.
func (e *execution) finish(ctx context.Context, res crawl.Result, err, cause error) error {
	now := time.Now().UTC()
	state, reason := finalState(res, err, cause)
	complete := state == store.RunComplete && reason != crawl.StopRequested // the crawl reached every URL that it should
	if e.storage.enabled() && state == store.RunComplete {
		if err := e.markNotFound(ctx, complete); err != nil {
			return err
		}
	}
	found := e.observer.found
	rec := &e.record
	rec.State, rec.StopReason, rec.Heartbeat = state, string(reason), now
	rec.Progress, rec.Documents = storedProgress(res.Progress), found.counts()
	rec.Coverage = e.observer.coverage.of(e.task.Plan.ExpectedTypes, found.sorted(), res.Reason)
	rec.Message = finalMessage(reason, res, rec.Coverage, rec.Documents, err)
	rec.FinishedAt, rec.Bytes = now, e.observer.bytes.total()
	if state == store.RunPending || state == store.RunInterrupted {
		rec.FinishedAt = time.Time{}
	}
	if state == store.RunPending {
		rec.Worker = ""
	}
	if refundsAttempt(state, cause) {
		rec.Attempts = max(rec.Attempts-1, 0)
	}
	if !e.storage.enabled() {
		return nil
	}
	return e.save(ctx, errors.Is(err, crawl.ErrCheckpoint))
}

// save stores the final record and, if the run has ended, the summary of the company's last
// crawl. It deletes the pages of old runs, and the checkpoint unless the run resumes from it.
func (e *execution) save(ctx context.Context, badCheckpoint bool) error {
	id := e.record.ID
	if err := e.observer.pages.flush(ctx, e.storage.store, e.storage.fence, true); err != nil {
		return fmt.Errorf("finish run %s: %w", id, err)
	}
	if e.record.Ended() {
		if err := e.storage.store.ExpirePages(ctx, e.storage.fence, e.record.Company, store.PageRuns); err != nil {
			return fmt.Errorf("finish run %s: %w", id, err)
		}
	}
	if e.record.Ended() && !mayBeRetried(e.record) {
		// If the run record cannot be stored afterwards, the run is executed again and ends later,
		// so the summary of its last end remains.
		if err := e.storage.store.PutCrawl(ctx, e.storage.fence, e.record.Company, store.NewCrawlSummary(e.record)); err != nil {
			return fmt.Errorf("finish run %s: %w", id, err)
		}
	}
	if err := e.storage.store.PutRun(ctx, e.record); err != nil {
		return fmt.Errorf("finish run %s: %w", id, err)
	}
	e.observer.events.state(e.record)
	if e.resumes() && !badCheckpoint {
		return nil
	}
	return e.observer.checkpoints.delete(ctx)
}

// mayBeRetried reports whether the CrawlJob of a failed run retries it, so that the crawl has not
// ended. If the CrawlJob is stopped or deleted before, the last crawl is an earlier one.
func mayBeRetried(r store.Run) bool {
	retryable := r.StopReason == string(crawl.StopInternal) || r.StopReason == string(crawl.StopSiteUnreachable)
	return r.State == store.RunFailed && retryable && len(r.Task) > 0 && r.Attempts < r.MaxAttempts
}

// resumes reports whether the run will be executed again. Its owner retries a queued run
// that failed because of an internal error, and archives it in the end.
func (e *execution) resumes() bool {
	retried := e.record.StopReason == string(crawl.StopInternal) && len(e.record.Task) > 0
	return e.record.State == store.RunInterrupted || e.record.State == store.RunPending || retried
}

// markNotFound adds the known documents that the run did not find to its report. If the run
// is complete, it also stores the states of those that were removed, broken or unreachable.
func (e *execution) markNotFound(ctx context.Context, complete bool) error {
	o := e.observer
	for _, d := range o.identity.notFound() {
		f := Found{Document: d}
		f.Change, f.Reason = o.identity.changeOf(d.URL)
		if complete || f.Change == NotVisited {
			o.found.add(f)
		}
	}
	if !complete {
		return nil
	}
	for _, f := range o.found.sorted() {
		if f.hasText() || f.Change == NotVisited {
			continue
		}
		stored, err := o.recorder.saveFailure(ctx, f, time.Now().UTC())
		if err != nil {
			return err
		}
		o.found.add(stored)
	}
	return nil
}
