package company

import (
	"cmp"
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
)

// know copies into the status what the last crawl was and what the store has of the
// company. The store is read only when a crawl has ended or the spec has changed.
func (r *Reconciler) know(ctx context.Context, v *visit) error {
	s := &v.company.Status
	if v.last == nil && s.LastCrawl == nil {
		return r.summarise(ctx, v)
	}
	if last := v.last; last != nil && (s.LastCrawl == nil || s.LastCrawl.RunID != last.RunID()) &&
		(s.LastCrawl == nil || s.LastCrawl.CompletionTime == nil || !last.Status.CompletionTime.Before(s.LastCrawl.CompletionTime)) {
		// First the store: a crawl that is in the status is not looked at again.
		if err := r.summarise(ctx, v); err != nil {
			return err
		}
		s.LastCrawl = &v1alpha1.CrawlSummary{
			JobName: last.Name, RunID: last.RunID(), Reason: last.Status.Reason, Message: last.Status.Message,
			StartTime: last.Status.StartTime, CompletionTime: last.Status.CompletionTime,
		}
		return nil
	}
	if s.ObservedGeneration == v.company.Generation {
		return nil
	}
	return r.summarise(ctx, v)
}

func (r *Reconciler) summarise(ctx context.Context, v *visit) error {
	sum, err := r.Documents.Summary(ctx, key(v.company), v.company.Spec.ExpectedTypes)
	if err != nil {
		return fmt.Errorf("summarise its documents: %w", err)
	}
	s := &v.company.Status
	for i := range sum.Coverage {
		if c := &sum.Coverage[i]; c.State == v1alpha1.CoverageMissing {
			c.Reason = cmp.Or(c.Reason, reasonOf(s.Coverage, c.Type), v1alpha1.MissingNotLinked)
		}
	}
	s.Documents, s.DocumentCount, s.Coverage, s.LastChangeTime = sum.Types, sum.Count, sum.Coverage, nil
	if !sum.LastChange.IsZero() {
		t := metav1.NewTime(sum.LastChange).Rfc3339Copy()
		s.LastChangeTime = &t
	}
	return nil
}

// reasonOf is why a type was missing by the coverage told before: its run may be gone.
func reasonOf(told []v1alpha1.Coverage, t v1alpha1.DocumentType) v1alpha1.MissingReason {
	for _, c := range told {
		if c.Type == t {
			return c.Reason
		}
	}
	return ""
}
