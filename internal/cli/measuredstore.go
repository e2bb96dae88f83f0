package cli

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
	"github.com/clausea/crawler/internal/tracing"
)

// measuredStore measures the operations of a store that controllers and crawls depend on, and
// records them in traces. The other operations are not measured.
type measuredStore struct {
	store.Store
	metrics *telemetry.StoreMetrics
}

// The values of the label operation.
const (
	opListObjects   = "list_resources"
	opGetObject     = "get_resource"
	opWriteObject   = "write_resource"
	opLease         = "lease"
	opGetRun        = "get_run"
	opListRuns      = "list_runs"
	opWriteRun      = "write_run"
	opCheckpoint    = "write_checkpoint"
	opRunEvents     = "append_run_events"
	opListDocuments = "list_documents"
	opCommit        = "commit_document"
	opVersion       = "append_version" // a commit with versions
	opPages         = "write_pages"
	opPing          = "ping"
)

// storeOperations lists the values of the label operation.
func storeOperations() []string {
	return []string{
		opListObjects, opGetObject, opWriteObject, opLease, opGetRun, opListRuns, opWriteRun, opCheckpoint, opRunEvents,
		opListDocuments, opCommit, opVersion, opPages, opPing,
	}
}

// begin starts to measure an operation, and a span of it if ctx is that of a trace. end ends both.
// Errors that callers expect, and a context that was cancelled, are not failures.
func (s measuredStore) begin(ctx context.Context, operation string, attrs ...attribute.KeyValue) (traced context.Context, end func(error)) {
	start := time.Now()
	traced, span := tracing.Child(ctx, "store "+operation, tracing.Client, attrs...)
	return traced, func(err error) {
		failed := isFailure(ctx, err)
		s.metrics.Record(operation, time.Since(start), failed)
		if failed {
			span.Fail("the operation failed")
		}
		span.End()
	}
}

// isFailure reports whether an operation failed for a reason that its callers do not expect.
func isFailure(ctx context.Context, err error) bool {
	failed := err != nil && !errors.Is(ctx.Err(), context.Canceled)
	for _, expected := range []error{store.ErrNotFound, store.ErrExists, store.ErrConflict, store.ErrFenced, store.ErrExpired} {
		failed = failed && !errors.Is(err, expected)
	}
	return failed
}

func (s measuredStore) ListObjects(ctx context.Context, kind, namespace string, opts store.ListOptions) (items []store.Object, next, version string, err error) {
	ctx, end := s.begin(ctx, opListObjects)
	defer func() { end(err) }()
	return s.Store.ListObjects(ctx, kind, namespace, opts)
}

func (s measuredStore) GetObject(ctx context.Context, key store.ObjectKey) (o store.Object, err error) {
	ctx, end := s.begin(ctx, opGetObject)
	defer func() { end(err) }()
	return s.Store.GetObject(ctx, key)
}

func (s measuredStore) CreateObject(ctx context.Context, o store.Object) (stored store.Object, err error) {
	ctx, end := s.begin(ctx, opWriteObject)
	defer func() { end(err) }()
	return s.Store.CreateObject(ctx, o)
}

func (s measuredStore) UpdateObject(ctx context.Context, o store.Object) (stored store.Object, err error) {
	ctx, end := s.begin(ctx, opWriteObject)
	defer func() { end(err) }()
	return s.Store.UpdateObject(ctx, o)
}

func (s measuredStore) DeleteObject(ctx context.Context, key store.ObjectKey, resourceVersion string) (err error) {
	ctx, end := s.begin(ctx, opWriteObject)
	defer func() { end(err) }()
	return s.Store.DeleteObject(ctx, key, resourceVersion)
}

func (s measuredStore) AcquireLease(ctx context.Context, name, holder string, ttl time.Duration) (l store.Lease, err error) {
	ctx, end := s.begin(ctx, opLease)
	defer func() { end(err) }()
	return s.Store.AcquireLease(ctx, name, holder, ttl)
}

func (s measuredStore) RenewLease(ctx context.Context, l store.Lease, ttl time.Duration) (renewed store.Lease, err error) {
	ctx, end := s.begin(ctx, opLease)
	defer func() { end(err) }()
	return s.Store.RenewLease(ctx, l, ttl)
}

func (s measuredStore) GetRun(ctx context.Context, id string) (r store.Run, err error) {
	ctx, end := s.begin(ctx, opGetRun)
	defer func() { end(err) }()
	return s.Store.GetRun(ctx, id)
}

func (s measuredStore) ListRunsByState(ctx context.Context, state store.RunState, opts store.ListOptions) (items []store.Run, next string, err error) {
	ctx, end := s.begin(ctx, opListRuns)
	defer func() { end(err) }()
	return s.Store.ListRunsByState(ctx, state, opts)
}

func (s measuredStore) PutRun(ctx context.Context, r store.Run) (err error) {
	ctx, end := s.begin(ctx, opWriteRun)
	defer func() { end(err) }()
	return s.Store.PutRun(ctx, r)
}

func (s measuredStore) CompareAndSwapRun(ctx context.Context, r store.Run, from store.RunState) (err error) {
	ctx, end := s.begin(ctx, opWriteRun)
	defer func() { end(err) }()
	return s.Store.CompareAndSwapRun(ctx, r, from)
}

func (s measuredStore) PutCheckpoint(ctx context.Context, f store.Fence, key string, blob []byte) (err error) {
	ctx, end := s.begin(ctx, opCheckpoint)
	defer func() { end(err) }()
	return s.Store.PutCheckpoint(ctx, f, key, blob)
}

func (s measuredStore) AppendRunEvents(ctx context.Context, f store.Fence, runID string, events []store.RunEvent) (err error) {
	ctx, end := s.begin(ctx, opRunEvents)
	defer func() { end(err) }()
	return s.Store.AppendRunEvents(ctx, f, runID, events)
}

func (s measuredStore) ListDocuments(ctx context.Context, company string, opts store.ListOptions) (items []store.Document, next string, err error) {
	ctx, end := s.begin(ctx, opListDocuments)
	defer func() { end(err) }()
	return s.Store.ListDocuments(ctx, company, opts)
}

func (s measuredStore) CommitDocument(ctx context.Context, f store.Fence, c store.Commit) (committed store.Committed, err error) {
	operation := opCommit
	if len(c.Versions) > 0 {
		operation = opVersion
	}
	ctx, end := s.begin(ctx, operation, attribute.String("clausea.document_id", c.Document.ID), attribute.Int("clausea.versions", len(c.Versions)))
	defer func() { end(err) }()
	return s.Store.CommitDocument(ctx, f, c)
}

func (s measuredStore) PutPages(ctx context.Context, f store.Fence, pages []store.FetchedPage) (err error) {
	ctx, end := s.begin(ctx, opPages)
	defer func() { end(err) }()
	return s.Store.PutPages(ctx, f, pages)
}

func (s measuredStore) Ping(ctx context.Context) (err error) {
	ctx, end := s.begin(ctx, opPing)
	defer func() { end(err) }()
	return s.Store.Ping(ctx)
}
