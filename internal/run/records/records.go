// Package records implements company.Records, through which the Company controller
// summarizes and deletes the stored records of a company.
package records

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/company"
	"github.com/clausea/crawler/internal/store"
)

// Records implements company.Records on a store.
type Records struct {
	Store interface {
		ListDocuments(ctx context.Context, company string, p store.ListOptions) (documents []store.Document, next string, err error)
		QueryRuns(ctx context.Context, q store.RunQuery) (runs []store.Run, next string, err error)
		DeleteCompany(ctx context.Context, company string) error
	}
}

var _ company.Records = Records{}

// maxDocuments is the maximum number of documents of a company that Summarize reads.
const maxDocuments = 50_000

// Summarize implements company.Records.
func (r Records) Summarize(ctx context.Context, key string, expected []v1alpha1.DocumentType) (company.Summary, error) {
	var sum company.Summary
	counts := map[v1alpha1.DocumentType]int32{}
	best := map[v1alpha1.DocumentType]store.Document{}   // the most confident of each type whose text was found
	failed := map[v1alpha1.DocumentType]store.Document{} // one of each type whose text was not found
	p := store.ListOptions{Limit: store.MaxLimit}
	for {
		docs, next, err := r.Store.ListDocuments(ctx, key, p)
		if err != nil {
			return company.Summary{}, fmt.Errorf("list the documents of %s: %w", key, err)
		}
		for _, d := range docs {
			if d.LastChanged.After(sum.LastChange) {
				sum.LastChange = d.LastChanged
			}
			if d.State == store.DocumentRemoved || d.NotLegal {
				continue
			}
			t := v1alpha1.DocumentType(d.Type)
			counts[t]++
			sum.Count++
			// As in the report of a run, a type is missing if the text of its document was not
			// found at the last visit.
			if d.State == store.DocumentUnreachable || d.State == store.DocumentBroken {
				failed[t] = d
			} else if have, ok := best[t]; !ok || d.Confidence > have.Confidence {
				best[t] = d
			}
		}
		if next == "" {
			break
		}
		if sum.Count > maxDocuments {
			return company.Summary{}, fmt.Errorf("list the documents of %s: there are more than %d; narrow spec.paths", key, maxDocuments)
		}
		p.Continue = next
	}
	for _, t := range slices.Sorted(maps.Keys(counts)) {
		sum.Types = append(sum.Types, v1alpha1.TypeCount{Type: t, Count: counts[t]})
	}
	reasons, err := r.missingReasons(ctx, key)
	if err != nil {
		return company.Summary{}, err
	}
	for _, t := range expected {
		c := v1alpha1.Coverage{Type: t, State: v1alpha1.CoverageMissing, Reason: reasons[t]}
		if d, ok := best[t]; ok {
			c = v1alpha1.Coverage{Type: t, State: v1alpha1.CoverageFound, DocumentID: d.ID, URL: d.URL}
		} else if d, ok := failed[t]; ok {
			c.DocumentID, c.URL, c.Reason = d.ID, d.URL, failureReason(d, c.Reason)
		}
		sum.Coverage = append(sum.Coverage, c)
	}
	return sum, nil
}

// failureReason returns why a type is missing that has only a document whose text was not
// found. reason is that of the last run, which is more exact, or empty.
func failureReason(d store.Document, reason v1alpha1.MissingReason) v1alpha1.MissingReason {
	if d.State == store.DocumentBroken {
		return cmp.Or(reason, v1alpha1.MissingBroken)
	}
	return cmp.Or(reason, v1alpha1.MissingUnreachable)
}

// recentRuns is how many runs are searched for the newest one with a coverage. A run that
// has not ended has none.
const recentRuns = 20

// missingReasons returns why the newest run with a coverage did not find a type, by type.
func (r Records) missingReasons(ctx context.Context, key string) (map[v1alpha1.DocumentType]v1alpha1.MissingReason, error) {
	runs, _, err := r.Store.QueryRuns(ctx, store.RunQuery{Companies: []string{key}, ListOptions: store.ListOptions{Limit: recentRuns}})
	if err != nil {
		return nil, fmt.Errorf("list the runs of %s: %w", key, err)
	}
	reasons := map[v1alpha1.DocumentType]v1alpha1.MissingReason{}
	for _, run := range runs {
		if len(run.Coverage) == 0 {
			continue
		}
		for _, c := range run.Coverage {
			if c.Reason != "" {
				reasons[v1alpha1.DocumentType(c.Type)] = v1alpha1.MissingReason(c.Reason)
			}
		}
		break
	}
	return reasons, nil
}

// Delete implements company.Records.
func (r Records) Delete(ctx context.Context, key string) error {
	if err := r.Store.DeleteCompany(ctx, key); err != nil {
		return fmt.Errorf("delete the records of %s: %w", key, err)
	}
	return nil
}
