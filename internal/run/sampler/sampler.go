// Package sampler measures the queue of runs and the ages of companies' last crawls for the
// metrics of the leader.
package sampler

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

const (
	// defaultInterval is the time between two samples: a scrape interval is rarely shorter.
	defaultInterval = 15 * time.Second
	// maxSampled bounds the runs of each state that a sample reads.
	maxSampled = 20 * store.MaxLimit
)

// The causes for which a pending run waits.
const (
	causeWorker  = "WorkerSlot" // every worker executes another run
	causeCompany = "Company"    // another run of its company is running
	causeRetry   = "Retry"      // its next attempt is not due
	causePod     = "Pod"        // its worker pod has not claimed it
)

// The ages of companies: of the last crawl if it succeeded.
const (
	ageNever   = "never"
	ageFailed  = "failed"
	ageDay     = "under_1d"
	ageWeek    = "1d_to_7d"
	ageMonth   = "7d_to_30d"
	ageOlder   = "over_30d"
	lengthDay  = 24 * time.Hour
	lengthWeek = 7 * lengthDay
	lengthOld  = 30 * lengthDay
)

// Labels returns the label values of the metrics that a Sampler sets.
func Labels() telemetry.QueueLabels {
	return telemetry.QueueLabels{
		States: []string{string(store.RunPending), string(store.RunRunning), string(store.RunInterrupted)},
		Causes: []string{causeWorker, causeCompany, causeRetry, causePod},
		Ages:   []string{ageNever, ageFailed, ageDay, ageWeek, ageMonth, ageOlder},
	}
}

// Sampler sets the metrics of the queue periodically. It is a Runnable of a Manager and runs on
// the leader.
type Sampler struct {
	Runs interface {
		ListRunsByState(ctx context.Context, state store.RunState, opts store.ListOptions) (items []store.Run, next string, err error)
	}
	// Companies lists the Company resources, from a cache.
	Companies client.Reader
	Metrics   *telemetry.QueueMetrics
	Log       logr.Logger
	// Interval is the time between two samples (default 15 s).
	Interval time.Duration

	intervals intervals
}

// Start implements manager.Runnable. It returns when ctx ends and sets all values to 0, because
// the process is then no longer the leader.
func (s *Sampler) Start(ctx context.Context) error {
	defer s.Metrics.Set(telemetry.QueueSample{})
	sampleEvery(ctx, cmp.Or(s.Interval, defaultInterval), s.Sample, s.Metrics.Set, func(err error) { s.Log.Error(err, "failed to measure the queue of runs") })
	return nil
}

// Sample measures the queue and the companies.
func (s *Sampler) Sample(ctx context.Context, now time.Time) (telemetry.QueueSample, error) {
	out := telemetry.QueueSample{Runs: map[string]int{}, Waiting: map[string]int{}}
	busy := map[string]bool{} // companies with a running run
	for _, state := range []store.RunState{store.RunRunning, store.RunInterrupted, store.RunPending} {
		err := s.eachRun(ctx, state, func(r store.Run) {
			out.Runs[string(state)]++
			switch state {
			case store.RunRunning:
				busy[r.Company] = true
			case store.RunPending:
				cause := waitCause(r, busy, now)
				out.Waiting[cause]++
				if cause == causeWorker || cause == causePod {
					out.Oldest = max(out.Oldest, now.Sub(waitingSince(r)))
				}
			}
		})
		if err != nil {
			return out, fmt.Errorf("measure the queue: list runs in the state %s: %w", state, err)
		}
	}
	companies := &v1alpha1.CompanyList{}
	if err := s.Companies.List(ctx, companies); err != nil {
		return out, fmt.Errorf("measure the ages of crawls: list companies: %w", err)
	}
	out.Companies = map[string]int{}
	for i := range companies.Items {
		c := &companies.Items[i]
		out.Companies[ageOf(c, now)]++
		if last := c.Status.LastCrawl; last != nil && last.CompletionTime != nil && last.CompletionTime.After(out.LastCrawl) {
			out.LastCrawl = last.CompletionTime.Time
		}
		if d := s.intervals.of(c, now); d > 0 && (out.Interval == 0 || d < out.Interval) {
			out.Interval = d
		}
	}
	return out, nil
}

// eachRun calls f for the runs in a state, at most maxSampled.
func (s *Sampler) eachRun(ctx context.Context, state store.RunState, f func(store.Run)) error {
	page := store.ListOptions{Limit: store.MaxLimit}
	for read := 0; read < maxSampled; {
		runs, next, err := s.Runs.ListRunsByState(ctx, state, page)
		if err != nil {
			return err
		}
		for i := range runs {
			f(runs[i])
		}
		read += len(runs)
		if next == "" {
			break
		}
		page.Continue = next
	}
	return nil
}

// waitCause returns the cause for which a pending run waits. busy are the companies that have a
// running run.
func waitCause(r store.Run, busy map[string]bool, now time.Time) string {
	switch {
	case r.NotBefore.After(now):
		return causeRetry
	case busy[r.Company]:
		return causeCompany
	case r.AssignedWorker != "":
		return causePod
	default:
		return causeWorker
	}
}

// waitingSince returns the time from which on a pending run was due.
func waitingSince(r store.Run) time.Time {
	since := r.CreatedAt
	for _, t := range []time.Time{r.NotBefore, r.Heartbeat} { // of the next attempt, and of the last one
		if t.After(since) {
			since = t
		}
	}
	return since
}

// ageOf returns the age of the last crawl of a company.
func ageOf(c *v1alpha1.Company, now time.Time) string {
	last := c.Status.LastCrawl
	if last == nil || last.CompletionTime == nil {
		return ageNever
	}
	if failed[last.Reason] {
		return ageFailed
	}
	switch age := now.Sub(last.CompletionTime.Time); {
	case age < lengthDay:
		return ageDay
	case age < lengthWeek:
		return ageWeek
	case age < lengthOld:
		return ageMonth
	default:
		return ageOlder
	}
}

// failed holds the condition reasons of crawls that failed.
var failed = func() map[string]bool {
	reasons := map[string]bool{}
	for _, r := range crawl.StopReasons() {
		if r.Failed() {
			reasons[run.ConditionReason(r)] = true
		}
	}
	return reasons
}()
