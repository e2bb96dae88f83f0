package crawljob

import (
	"cmp"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
)

// The counts of a running crawl are written once their age reaches reportInterval, and sooner
// if the number of fetched pages has grown by reportFactor, so that the first pages show. A
// crawl of an hour therefore causes about 80 writes. With the age of the run's record and the
// time of a reconcile, no count is older than 60 s.
const (
	reportInterval = 50 * time.Second
	reportFactor   = 4
)

// maxSkipCounts is the maximum number of skip reasons in the schema.
const maxSkipCounts = 64

// copyCounts copies the counts of the run into the status.
func (s *jobScope) copyCounts(run *runner.RunStatus) {
	status := &s.job.Status
	status.Attempts, status.Takeovers = run.Attempts, run.Takeovers
	running := run.State == runner.StateRunning
	if running && s.untilReport(run) > 0 {
		return
	}
	p := &v1alpha1.CrawlProgress{Fetched: run.Progress.Fetched, Queued: run.Progress.Queued, Failed: run.Progress.Failed}
	for reason, n := range run.Progress.Skipped {
		p.Skipped = append(p.Skipped, v1alpha1.SkipCount{Reason: reason, Count: n})
	}
	slices.SortFunc(p.Skipped, func(a, b v1alpha1.SkipCount) int { return cmp.Compare(a.Reason, b.Reason) })
	p.Skipped = p.Skipped[:min(len(p.Skipped), maxSkipCounts)]
	now := metav1.NewTime(s.Now())
	p.UpdateTime = &now
	if reported := status.Progress; !running && reported != nil {
		p.UpdateTime = reported.UpdateTime
		if !equality.Semantic.DeepEqual(p, reported) {
			p.UpdateTime = &now
		}
	}
	documents := run.Documents
	status.Progress, status.Documents = p, &documents
}

// untilReport returns the time until the counts of a running crawl are due, 0 if they are due
// now.
func (s *jobScope) untilReport(run *runner.RunStatus) time.Duration {
	reported := s.job.Status.Progress
	if reported == nil || reported.UpdateTime == nil || run.Progress.Fetched >= max(1, reportFactor*reported.Fetched) {
		return 0
	}
	return max(reported.UpdateTime.Add(reportInterval).Sub(s.Now()), 0)
}
