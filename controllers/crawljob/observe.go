package crawljob

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/pass"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
)

// observe copies how the run stands into the status, passes on what its owner wants,
// and ends the job when the run has ended.
func (r *Reconciler) observe(ctx context.Context, v *visit) error {
	rec, err := r.Runner.Observe(ctx, v.job.RunID())
	if errors.Is(err, store.ErrNotFound) {
		return v.Stop(cancelPoll) // it is started again
	}
	if err != nil {
		return fmt.Errorf("observe the crawl: %w", err)
	}
	v.copy(rec)
	over, err := r.overdue(ctx, v, rec)
	if err != nil || over {
		return err
	}
	switch rec.State {
	case store.RunComplete:
		v.finish(v1alpha1.ConditionComplete, cmp.Or(stopReason(rec), v1alpha1.ReasonFrontierEmpty), complete(rec))
	case store.RunFailed:
		return r.failed(ctx, v, rec)
	case store.RunPending, store.RunInterrupted:
		v.progressing(v1alpha1.ReasonPending, v.pending(rec))
		again := v.interval(rec)
		if wait := rec.NotBefore.Sub(r.now()); wait > 0 {
			again = min(again, max(wait, pass.ConflictDelay))
		}
		return v.Stop(again)
	default:
		v.progressing(v1alpha1.ReasonRunning, cmp.Or(rec.Message, fmt.Sprintf("Crawls %s.", v.job.CompanyKey())))
		return v.Stop(v.interval(rec))
	}
	return nil
}

// overdue asks the run to end where the owner or the deadline says so.
func (r *Reconciler) overdue(ctx context.Context, v *visit, rec store.Run) (over bool, err error) {
	if rec.State != store.RunPending && rec.State != store.RunRunning {
		if rec.State == store.RunComplete && stopReason(rec) == v1alpha1.ReasonStopped && !v.job.Spec.Stop && v.left(rec) <= 0 {
			v.exceeded()
			return true, nil
		}
		return false, nil
	}
	if left := v.left(rec); !v.job.Spec.Stop && left > 0 {
		return false, nil
	} else if left < -cancelPatience {
		// Its worker hangs: it is fenced when another takes the company.
		if err := r.Runner.Ask(ctx, rec.ID, store.RequestCancel); err != nil {
			return false, fmt.Errorf("end the crawl: %w", err)
		}
		v.exceeded()
		return true, nil
	}
	if err := r.Runner.Ask(ctx, rec.ID, store.RequestStop); err != nil {
		return false, fmt.Errorf("stop the crawl: %w", err)
	}
	v.progressing(v1alpha1.ReasonRunning, "The crawl is being stopped; what was found is kept.")
	return true, v.Stop(cancelPoll)
}

// left is the time until the deadline, which begins when a pool's worker takes the run
// up: else those that wait behind others would fail without having been tried. A
// Kubernetes Job has its pod to itself, and its deadline begins with it.
func (v *visit) left(rec store.Run) time.Duration {
	d, since := v.job.Spec.ActiveDeadlineSeconds, v.job.Status.StartTime
	pooled := rec.AssignedWorker == ""
	if d == nil || since == nil || pooled && rec.State == store.RunPending && rec.StartedAt.IsZero() {
		return time.Hour
	}
	begun := since.Time
	if pooled && rec.StartedAt.After(begun) {
		begun = rec.StartedAt
	}
	return begun.Add(time.Duration(*d) * time.Second).Sub(v.r.now())
}

// deadline is when the job must be over; zero is never.
func (v *visit) deadline() time.Time {
	d, begun := v.job.Spec.ActiveDeadlineSeconds, v.r.now()
	if d == nil {
		return time.Time{}
	}
	if s := v.job.Status.StartTime; s != nil {
		begun = s.Time
	}
	return begun.Add(time.Duration(*d) * time.Second)
}

// stopReason returns the API's reason for the end of a run, empty if it has not ended.
func stopReason(rec store.Run) string { return run.ConditionReason(crawl.StopReason(rec.StopReason)) }

func (v *visit) exceeded() {
	v.finish(v1alpha1.ConditionFailed, v1alpha1.ReasonDeadlineExceeded, fmt.Sprintf(
		"The crawl took longer than activeDeadlineSeconds (%d); what was found is kept. Raise it, or lower maxPages.", *v.job.Spec.ActiveDeadlineSeconds))
}

// failed tries again where that may help, later each time, and else gives up.
func (r *Reconciler) failed(ctx context.Context, v *visit, rec store.Run) error {
	reason := cmp.Or(stopReason(rec), v1alpha1.ReasonInternal)
	if !retryable(cmp.Or(rec.StopReason, v1alpha1.ReasonInternal)) || rec.Attempts > v.backoffLimit() {
		v.finish(v1alpha1.ConditionFailed, reason, cmp.Or(rec.Message, "The crawl failed; the log of the worker says why."))
		return nil
	}
	at := rec.FinishedAt.Add(backoff(rec.Attempts))
	if err := r.Runner.Start(ctx, v.order(at)); err != nil {
		return fmt.Errorf("try the crawl again: %w", err)
	}
	v.progressing(v1alpha1.ReasonPending, fmt.Sprintf("Try %d of %d failed (%s); the next is at %s.",
		rec.Attempts, v.backoffLimit()+1, reason, at.UTC().Format(time.RFC3339)))
	return v.Stop(max(at.Sub(r.now()), cancelPoll))
}

// The times between tries, as those of batch/v1 Jobs: 10 s, doubled each time, at most 6 min.
const (
	firstBackoff = 10 * time.Second
	maxBackoff   = 6 * time.Minute
)

func backoff(attempts int32) time.Duration {
	d := firstBackoff
	for range min(max(attempts-1, 0), 10) {
		d *= 2
	}
	return min(d, maxBackoff)
}

// interval is how long until the run is looked at again: the older the crawl, the
// longer.
func (v *visit) interval(rec store.Run) time.Duration {
	age := time.Duration(0)
	if s := v.job.Status.StartTime; s != nil {
		age = v.r.now().Sub(s.Time)
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
	if left := v.left(rec); left > 0 {
		d = min(d, left)
	}
	return d
}

// tellEvery is the growth of a running crawl's pages after which its counts are
// written again. A crawl of 500 pages, which is the most by default, then writes them
// five times however long it takes, and its end.
const tellEvery = 4

// copy takes the run's counts.
func (v *visit) copy(rec store.Run) {
	s := &v.job.Status
	s.Attempts = rec.Attempts
	if told := s.Progress; rec.State == store.RunRunning && told != nil && rec.Progress.Fetched < max(1, tellEvery*told.Fetched) {
		return
	}
	p := &v1alpha1.CrawlProgress{Fetched: rec.Progress.Fetched, Queued: rec.Progress.Queued, Failed: rec.Progress.Failed}
	for reason, n := range rec.Progress.Skipped {
		p.Skipped = append(p.Skipped, v1alpha1.SkipCount{Reason: reason, Count: n})
	}
	slices.SortFunc(p.Skipped, func(a, b v1alpha1.SkipCount) int { return cmp.Compare(a.Reason, b.Reason) })
	p.Skipped = p.Skipped[:min(len(p.Skipped), maxSkipped)]
	d := rec.Documents
	s.Progress = p
	s.Documents = &v1alpha1.DocumentCounts{New: d.New, Changed: d.Changed, Unchanged: d.Unchanged, Removed: d.Removed}
}

// maxSkipped is the schema's bound of reasons.
const maxSkipped = 64

func (v *visit) pending(rec store.Run) string {
	if rec.NotBefore.After(v.r.now()) {
		return fmt.Sprintf("Waits until %s to try again.", rec.NotBefore.UTC().Format(time.RFC3339))
	}
	if rec.Message != "" {
		return rec.Message
	}
	return "Waits for a free worker."
}

func complete(rec store.Run) string {
	if rec.Message != "" {
		return rec.Message
	}
	d := rec.Documents
	return fmt.Sprintf("Fetched %d pages: %d new documents, %d changed, %d unchanged, %d gone.", rec.Progress.Fetched, d.New, d.Changed, d.Unchanged, d.Removed)
}
