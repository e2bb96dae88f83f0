package company

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// Stored are the Documents of a store.
type Stored struct{ Store store.Store }

// errTooMany bounds the documents of one company that are summarised.
var errTooMany = errors.New("it has over 50,000 documents; narrow spec.paths")

// Summary implements Documents.
func (s Stored) Summary(ctx context.Context, key string, expected []v1alpha1.DocumentType) (Summary, error) {
	var sum Summary
	counts := map[v1alpha1.DocumentType]int32{}
	found := map[v1alpha1.DocumentType]store.Document{}
	p := store.ListOptions{Limit: store.MaxLimit}
	for {
		docs, next, err := s.Store.ListDocuments(ctx, key, p)
		if err != nil {
			return Summary{}, fmt.Errorf("list the documents of %s: %w", key, err)
		}
		for _, d := range docs {
			if d.LastChanged.After(sum.LastChange) {
				sum.LastChange = d.LastChanged
			}
			if !d.RemovedAt.IsZero() {
				continue
			}
			t := v1alpha1.DocumentType(d.Type)
			counts[t]++
			sum.Count++
			if have, ok := found[t]; !ok || d.Confidence > have.Confidence {
				found[t] = d
			}
		}
		if next == "" {
			break
		}
		if sum.Count > 50_000 {
			return Summary{}, fmt.Errorf("list the documents of %s: %w", key, errTooMany)
		}
		p.Continue = next
	}
	for _, t := range slices.Sorted(maps.Keys(counts)) {
		sum.Types = append(sum.Types, v1alpha1.TypeCount{Type: t, Count: counts[t]})
	}
	why, err := s.missing(ctx, key)
	if err != nil {
		return Summary{}, err
	}
	for _, t := range expected {
		c := v1alpha1.Coverage{Type: t, State: v1alpha1.CoverageMissing, Reason: why[t]}
		if d, ok := found[t]; ok {
			c = v1alpha1.Coverage{Type: t, State: v1alpha1.CoverageFound, DocumentID: d.ID, URL: d.URL}
		}
		sum.Coverage = append(sum.Coverage, c)
	}
	return sum, nil
}

// recentRuns is among how many runs that which has last ended is looked for: some wait.
const recentRuns = 20

// missing are the reasons that the last run which ended gave for the types that it did
// not find.
func (s Stored) missing(ctx context.Context, key string) (map[v1alpha1.DocumentType]v1alpha1.MissingReason, error) {
	runs, _, err := s.Store.ListRuns(ctx, key, store.ListOptions{Limit: recentRuns})
	if err != nil {
		return nil, fmt.Errorf("find the last run of %s: %w", key, err)
	}
	why := map[v1alpha1.DocumentType]v1alpha1.MissingReason{}
	for _, r := range runs {
		if len(r.Coverage) == 0 {
			continue
		}
		for _, c := range r.Coverage {
			if c.Reason != "" {
				why[v1alpha1.DocumentType(c.Type)] = v1alpha1.MissingReason(c.Reason)
			}
		}
		break
	}
	return why, nil
}

// Delete implements Documents.
func (s Stored) Delete(ctx context.Context, key string) error { return s.Store.DeleteCompany(ctx, key) }
