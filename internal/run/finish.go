package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// finish marks what is gone or was not to be had, says what was found of what is
// expected, and records the run's end.
func (k *keeper) finish(ctx context.Context, res crawl.Result, runErr error) error {
	k.run.StopReason, k.run.Heartbeat = string(res.Reason), time.Now().UTC()
	k.run.Progress = progressOf(res.Progress)
	k.run.FinishedAt = time.Now().UTC()
	switch {
	case runErr != nil || res.Reason.Failed():
		k.run.State = store.RunFailed
	case res.Reason == crawl.StopInterrupted:
		k.run.State = store.RunInterrupted // or what the cause of its end asks for
	default:
		k.run.State = store.RunComplete
	}
	if k.run.State == store.RunComplete && k.store != nil {
		if err := k.markLost(ctx); err != nil {
			return err
		}
	}
	there := 0
	k.run.Documents = store.DocumentCounts{}
	for _, f := range k.found {
		countChange(&k.run.Documents, f.Change)
		if f.there() {
			there++
		}
	}
	k.run.Coverage = k.looked.coverage(k.task.Plan.ExpectedTypes, k.documents(), res)
	k.run.Message = message(res, k.run.Coverage, there)
	if runErr != nil {
		k.run.StopReason = string(crawl.StopInternal)
		k.run.Message = "The crawl broke off, by no fault of the site: " + firstLine(runErr.Error())
	}
	if k.run.State == store.RunInterrupted {
		k.stopped()
	}
	if k.store == nil {
		return nil
	}
	return k.record(ctx, errors.Is(runErr, crawl.ErrCheckpoint))
}

// record writes the run's end and drops what only a run that goes on needs, or a
// journal that is spoiled.
func (k *keeper) record(ctx context.Context, spoiled bool) error {
	if err := k.pages.flush(ctx, k.store, k.run.Fence, true); err != nil {
		return fmt.Errorf("end run %s: %w", k.run.ID, err)
	}
	if k.run.State == store.RunComplete && k.run.StopReason != string(crawl.StopRequested) {
		if err := k.store.DeleteStalePages(ctx, k.run.Fence, k.run.Company, k.run.ID); err != nil {
			return fmt.Errorf("end run %s: %w", k.run.ID, err)
		}
	}
	if err := k.store.PutRun(ctx, k.run); err != nil {
		return fmt.Errorf("end run %s: %w", k.run.ID, err)
	}
	// What our own fault ended in the queue is tried again, from where it was; its
	// owner deletes the run in the end.
	retried := k.run.StopReason == string(crawl.StopInternal) && len(k.run.Task) > 0
	goesOn := k.run.State == store.RunInterrupted || k.run.State == store.RunPending || retried
	if goesOn && !spoiled {
		return nil
	}
	return k.dropJournal(ctx)
}

// documents are all that the run found, by URL.
func (k *keeper) documents() []Found {
	out := make([]Found, 0, len(k.found))
	for _, f := range k.found {
		out = append(out, f)
	}
	return byURL(out)
}

// markLost says of each known document that was not found what became of it, and
// records those that are gone.
func (k *keeper) markLost(ctx context.Context) error {
	here := k.here() // a document may have been found again at another address
	for url, d := range k.known {
		if here[d.ID] || !d.RemovedAt.IsZero() {
			continue
		}
		change, reason := k.fate(url)
		if change == Gone {
			d.RemovedAt, d.RunID = time.Now().UTC(), k.run.ID
			if err := k.store.PutDocument(ctx, k.run.Fence, d); err != nil {
				return fmt.Errorf("mark %s as gone: %w", url, err)
			}
		}
		k.found[url] = Found{Document: d, Change: change, Reason: reason}
	}
	return nil
}

// there says that a document was seen at its address.
func (f *Found) there() bool { return f.Change != Gone && f.Change != Unreachable }

func countChange(c *store.DocumentCounts, change string) {
	switch change {
	case New:
		c.New++
	case Changed:
		c.Changed++
	case Gone:
		c.Removed++
	default: // a moved, broken or unreachable document's text is as it was, and of a flapping one all is known
		c.Unchanged++
	}
}

func progressOf(p crawl.Progress) store.Progress {
	s := store.Progress{Fetched: int64(p.Fetched), Queued: int64(p.Queued), Failed: int64(p.Failed), Skipped: map[string]int64{}}
	for r, n := range p.Skipped {
		s.Skipped[string(r)] = int64(n)
	}
	return s
}

// countsOf are the counts of skipped URLs as metrics take them.
func countsOf(skipped map[crawl.SkipReason]int) map[string]int {
	counts := make(map[string]int, len(skipped))
	for reason, n := range skipped {
		counts[string(reason)] = n
	}
	return counts
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// isNone says that a look-up found nothing.
func isNone(err error) bool { return errors.Is(err, store.ErrNotFound) }
