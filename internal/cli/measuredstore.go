package cli

import (
	"context"
	"errors"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

// measuredStore measures the operations of a store that controllers and crawls depend on. The
// other operations are not measured.
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
	opPages         = "write_pages"
	opPing          = "ping"
)

// storeOperations lists the values of the label operation.
func storeOperations() []string {
	return []string{
		opListObjects, opGetObject, opWriteObject, opLease, opGetRun, opListRuns, opWriteRun, opCheckpoint, opRunEvents,
		opListDocuments, opCommit, opPages, opPing,
	}
}

// record records an operation that began at start. Errors that callers expect, and a context
// that was cancelled, are not failures.
func (s measuredStore) record(ctx context.Context, operation string, start time.Time, err error) {
	failed := err != nil && !errors.Is(ctx.Err(), context.Canceled)
	for _, expected := range []error{store.ErrNotFound, store.ErrExists, store.ErrConflict, store.ErrFenced, store.ErrExpired} {
		failed = failed && !errors.Is(err, expected)
	}
	s.metrics.Record(operation, time.Since(start), failed)
}

func (s measuredStore) ListObjects(ctx context.Context, kind, namespace string, opts store.ListOptions) (items []store.Object, next, version string, err error) {
	defer func(start time.Time) { s.record(ctx, opListObjects, start, err) }(time.Now())
	return s.Store.ListObjects(ctx, kind, namespace, opts)
}

func (s measuredStore) GetObject(ctx context.Context, key store.ObjectKey) (o store.Object, err error) {
	defer func(start time.Time) { s.record(ctx, opGetObject, start, err) }(time.Now())
	return s.Store.GetObject(ctx, key)
}

func (s measuredStore) CreateObject(ctx context.Context, o store.Object) (stored store.Object, err error) {
	defer func(start time.Time) { s.record(ctx, opWriteObject, start, err) }(time.Now())
	return s.Store.CreateObject(ctx, o)
}

func (s measuredStore) UpdateObject(ctx context.Context, o store.Object) (stored store.Object, err error) {
	defer func(start time.Time) { s.record(ctx, opWriteObject, start, err) }(time.Now())
	return s.Store.UpdateObject(ctx, o)
}

func (s measuredStore) DeleteObject(ctx context.Context, key store.ObjectKey, resourceVersion string) (err error) {
	defer func(start time.Time) { s.record(ctx, opWriteObject, start, err) }(time.Now())
	return s.Store.DeleteObject(ctx, key, resourceVersion)
}

func (s measuredStore) AcquireLease(ctx context.Context, name, holder string, ttl time.Duration) (l store.Lease, err error) {
	defer func(start time.Time) { s.record(ctx, opLease, start, err) }(time.Now())
	return s.Store.AcquireLease(ctx, name, holder, ttl)
}

func (s measuredStore) RenewLease(ctx context.Context, l store.Lease, ttl time.Duration) (renewed store.Lease, err error) {
	defer func(start time.Time) { s.record(ctx, opLease, start, err) }(time.Now())
	return s.Store.RenewLease(ctx, l, ttl)
}

func (s measuredStore) GetRun(ctx context.Context, id string) (r store.Run, err error) {
	defer func(start time.Time) { s.record(ctx, opGetRun, start, err) }(time.Now())
	return s.Store.GetRun(ctx, id)
}

func (s measuredStore) ListRunsByState(ctx context.Context, state store.RunState, opts store.ListOptions) (items []store.Run, next string, err error) {
	defer func(start time.Time) { s.record(ctx, opListRuns, start, err) }(time.Now())
	return s.Store.ListRunsByState(ctx, state, opts)
}

func (s measuredStore) PutRun(ctx context.Context, r store.Run) (err error) {
	defer func(start time.Time) { s.record(ctx, opWriteRun, start, err) }(time.Now())
	return s.Store.PutRun(ctx, r)
}

func (s measuredStore) CompareAndSwapRun(ctx context.Context, r store.Run, from store.RunState) (err error) {
	defer func(start time.Time) { s.record(ctx, opWriteRun, start, err) }(time.Now())
	return s.Store.CompareAndSwapRun(ctx, r, from)
}

func (s measuredStore) PutCheckpoint(ctx context.Context, f store.Fence, key string, blob []byte) (err error) {
	defer func(start time.Time) { s.record(ctx, opCheckpoint, start, err) }(time.Now())
	return s.Store.PutCheckpoint(ctx, f, key, blob)
}

func (s measuredStore) AppendRunEvents(ctx context.Context, f store.Fence, runID string, events []store.RunEvent) (err error) {
	defer func(start time.Time) { s.record(ctx, opRunEvents, start, err) }(time.Now())
	return s.Store.AppendRunEvents(ctx, f, runID, events)
}

func (s measuredStore) ListDocuments(ctx context.Context, company string, opts store.ListOptions) (items []store.Document, next string, err error) {
	defer func(start time.Time) { s.record(ctx, opListDocuments, start, err) }(time.Now())
	return s.Store.ListDocuments(ctx, company, opts)
}

func (s measuredStore) CommitDocument(ctx context.Context, f store.Fence, c store.Commit) (committed store.Committed, err error) {
	defer func(start time.Time) { s.record(ctx, opCommit, start, err) }(time.Now())
	return s.Store.CommitDocument(ctx, f, c)
}

func (s measuredStore) PutPages(ctx context.Context, f store.Fence, pages []store.FetchedPage) (err error) {
	defer func(start time.Time) { s.record(ctx, opPages, start, err) }(time.Now())
	return s.Store.PutPages(ctx, f, pages)
}

func (s measuredStore) Ping(ctx context.Context) (err error) {
	defer func(start time.Time) { s.record(ctx, opPing, start, err) }(time.Now())
	return s.Store.Ping(ctx)
}
