package company

import (
	"cmp"
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/scope"
)

// summarize reports the last crawl and the stored documents in the status. It reads the
// store when a crawl has finished, when the spec has changed, and in each reconcile before
// the first crawl has finished.
func (r *Reconciler) summarize(ctx context.Context, s *companyScope) error {
	status := &s.company.Status
	switch {
	case s.lastIsNew():
		last := &v1alpha1.CrawlSummary{
			JobName: s.last.Name, RunID: s.last.RunID(), Reason: s.last.Status.Reason, Message: s.last.Status.Message,
			StartTime: s.last.Status.StartTime, CompletionTime: s.last.Status.CompletionTime,
		}
		// If this fails, the crawl is not recorded and the next reconcile tries again.
		if err := r.updateDocuments(ctx, s, hasCrawled(last)); err != nil {
			return err
		}
		status.LastCrawl = last
		return nil
	case s.last == nil && status.LastCrawl == nil, status.ObservedGeneration != s.company.Generation:
		return r.updateDocuments(ctx, s, hasCrawled(status.LastCrawl))
	default:
		return nil
	}
}

// lastIsNew reports whether the last job finished after the last crawl in the status.
func (s *companyScope) lastIsNew() bool {
	recorded := s.company.Status.LastCrawl
	switch {
	case s.last == nil:
		return false
	case recorded == nil:
		return true
	case recorded.RunID == s.last.RunID():
		return false
	default:
		return recorded.CompletionTime == nil || !s.last.Status.CompletionTime.Before(recorded.CompletionTime)
	}
}

// hasCrawled reports whether the last crawl, nil if there is none, looked for documents or
// failed to. A job that was stopped before it started did neither.
func hasCrawled(last *v1alpha1.CrawlSummary) bool {
	return last != nil && (last.StartTime != nil || v1alpha1.IsFailure(last.Reason))
}

// updateDocuments reads the summary of the stored documents into the status. crawled reports
// whether the Company was crawled before.
func (r *Reconciler) updateDocuments(ctx context.Context, s *companyScope, crawled bool) error {
	sum, err := r.Records.Summarize(ctx, storeKey(s.company), s.company.Spec.ExpectedTypes)
	if err != nil {
		return fmt.Errorf("summarize its documents: %w", scope.StoreError(err))
	}
	status := &s.company.Status
	if !crawled && sum.Count == 0 {
		sum.Coverage = nil
	}
	for i := range sum.Coverage {
		if c := &sum.Coverage[i]; c.State == v1alpha1.CoverageMissing {
			c.Reason = cmp.Or(c.Reason, missingReason(status.Coverage, c.Type), v1alpha1.MissingNotLinked)
		}
	}
	status.Documents, status.DocumentCount, status.Coverage, status.LastChangeTime = sum.Types, sum.Count, sum.Coverage, nil
	if !sum.LastChange.IsZero() {
		t := metav1.NewTime(sum.LastChange).Rfc3339Copy()
		status.LastChangeTime = &t
	}
	return nil
}

// missingReason returns the reason that an earlier coverage gives for a missing type, ""
// if it gives none. The run that found the reason may have been deleted since.
func missingReason(coverage []v1alpha1.Coverage, t v1alpha1.DocumentType) v1alpha1.MissingReason {
	for _, c := range coverage {
		if c.Type == t {
			return c.Reason
		}
	}
	return ""
}
