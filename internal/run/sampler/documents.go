package sampler

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

const (
	// documentInterval is the time between two samples of the documents. It is long, because a
	// sample reads them all: 1,000 documents are about 2 MB.
	documentInterval = 15 * time.Minute
	// maxDocuments bounds the documents of a sample, in the order of companies.
	maxDocuments = 50_000
)

// DocumentSampler sets the metrics of the stored documents periodically. It is a Runnable of a
// Manager and runs on the leader.
type DocumentSampler struct {
	Documents interface {
		ListDocuments(ctx context.Context, company string, opts store.ListOptions) (items []store.Document, next string, err error)
	}
	Metrics *telemetry.DocumentMetrics
	Log     logr.Logger
	// Interval is the time between two samples (default 15 min).
	Interval time.Duration
}

// Start implements manager.Runnable. It returns when ctx ends and sets all values to 0, because
// the process is then no longer the leader.
func (s *DocumentSampler) Start(ctx context.Context) error {
	defer s.Metrics.Set(telemetry.DocumentSample{})
	sampleEvery(ctx, cmp.Or(s.Interval, documentInterval), s.Sample, s.Metrics.Set, func(err error) { s.Log.Error(err, "failed to measure the documents") })
	return nil
}

// Sample measures the documents that have not been removed.
func (s *DocumentSampler) Sample(ctx context.Context, now time.Time) (telemetry.DocumentSample, error) {
	out := telemetry.DocumentSample{ByType: map[string]int{}}
	page := store.ListOptions{Limit: store.MaxLimit}
	for read := 0; read < maxDocuments; {
		documents, next, err := s.Documents.ListDocuments(ctx, "", page)
		if err != nil {
			return out, fmt.Errorf("measure the documents: %w", err)
		}
		for i := range documents {
			d := &documents[i]
			if d.NotLegal || d.State == store.DocumentRemoved {
				continue
			}
			out.ByType[d.Type]++
			out.SinceChecked = append(out.SinceChecked, now.Sub(d.LastChecked))
		}
		read += len(documents)
		if next == "" {
			break
		}
		page.Continue = next
	}
	return out, nil
}
