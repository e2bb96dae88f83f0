// Package run executes one crawl run of one company. It connects the crawl engine, the
// reading of documents and the store.
//
// Start reading at Runner.Execute and execution.run. A page takes this way:
//
//   - The engine passes each page to observer.Page, and the outcome of each URL to
//     observer.Outcome.
//   - pageReader reads the page as a document. identity decides which known document it
//     is. recorder compares it with the newest version, and commits its record with the
//     version, the snapshot and the changes.
//   - foundSet collects the documents for the report, coverage the reasons why types are
//     missing, and pageLog the outcome of each URL.
//   - heartbeat stores the progress, and checkpoints the state from which another worker
//     resumes the run.
//   - execution.finish stores the states of documents that were not found, computes the
//     coverage of the expected types and stores the final record.
//
// A worker holds the lease of the company while it executes a run, and every write carries
// the epoch of that lease. The store rejects the writes of a worker whose lease was taken
// over.
package run

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/run/hostlease"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

// Runner executes runs. It is safe for concurrent use; its fields do not change after the
// first run.
type Runner struct {
	Engine *crawl.Engine
	// Store is where runs and documents are stored. Without one, only ExecuteUnstored works.
	Store Store
	Log   logr.Logger
	// Interactive means that the caller shows the result of each run itself, so that changes
	// of the state of runs are logged at debug instead of info.
	Interactive bool
	// Metrics counts what crawls do; it may be nil.
	Metrics *telemetry.CrawlMetrics
	// HostLeaseMetrics counts the leases on hosts; it may be nil.
	HostLeaseMetrics *telemetry.HostLeaseMetrics
	// WorkerID identifies this process in leases and records.
	WorkerID string
	// PDF converts a PDF to Markdown. If it is nil, PDFs are not read as documents. It gets
	// untrusted input and must bound its own time and memory.
	PDF func(ctx context.Context, body []byte) (string, error)
	// Extraction reads pages as documents (default DefaultExtraction).
	Extraction *Extraction
	// LeaseDuration is how long the lease on a company lasts without a renewal (default
	// DefaultLeaseDuration). It is renewed three times as often.
	LeaseDuration time.Duration
	// MaxHostHold is how long a run may hold a host that other crawls of the store wait for.
	// If it is zero, runs acquire no host leases, because no other process crawls.
	MaxHostHold time.Duration
}

// DefaultLeaseDuration is how long the lease on a company lasts without a renewal.
const DefaultLeaseDuration = 15 * time.Second

func (r *Runner) extraction() Extraction {
	if r.Extraction != nil {
		return *r.Extraction
	}
	return DefaultExtraction()
}

func (r *Runner) leaseDuration() time.Duration {
	if r.LeaseDuration > 0 {
		return r.LeaseDuration
	}
	return DefaultLeaseDuration
}

// ProgressFunc is called with the counters of a crawl after each response. It must not block,
// and may be nil.
type ProgressFunc func(crawl.Progress)

// Execute executes a run that this worker has claimed: rec is its record and lease the
// lease on its company, which Execute renews and finally releases. A run that was executed
// before resumes from its last checkpoint. If the cause with which ctx ends is one of
// ErrStop, ErrSuspend, ErrCancel and ErrShutdown, it determines the final state of the run;
// any other end of ctx leaves the run Interrupted.
func (r *Runner) Execute(ctx context.Context, t Task, rec store.Run, lease store.Lease, progress ProgressFunc) (rep Report, err error) {
	ctx, span := startSpan(ctx, rec)
	defer func() { endSpan(span, rep, err) }()
	ctx, release := r.renewLease(ctx, lease)
	defer release()
	checkpoint, err := readCheckpoint(ctx, r.Store, rec.ID)
	if err != nil {
		return Report{}, err
	}
	rec.Fence = store.Fence{LeaseName: lease.Name, Epoch: lease.Epoch}
	return r.execute(ctx, t, rec, r.Store, checkpoint, progress)
}

// ExecuteUnstored executes a new run and stores nothing.
func (r *Runner) ExecuteUnstored(ctx context.Context, t Task, progress ProgressFunc) (Report, error) {
	return r.execute(ctx, t, store.Run{ID: NewID(), Company: t.Company, CreatedAt: time.Now().UTC()}, nil, nil, progress)
}

func (r *Runner) execute(ctx context.Context, t Task, rec store.Run, s Store, checkpoint [][]byte, progress ProgressFunc) (Report, error) {
	metrics := r.Metrics.StartRun(string(rec.Trigger), len(checkpoint) > 0)
	e := newExecution(r, t, rec, s, metrics, progress)
	rep, err := e.run(ctx, checkpoint)
	if rep.Run.Ended() {
		metrics.RecordDocuments(OutcomeCounts(rep.Run.Documents))
	}
	metrics.Finish(string(e.stopReason))
	if err != nil {
		return rep, fmt.Errorf("crawl %s: %w", t.Company, err)
	}
	return rep, nil
}

// hostLeases returns the host leases of a run, nil if runs acquire none. Each claim of a
// run has a holder of its own, so that a stale worker cannot use the leases of its
// successor.
func (r *Runner) hostLeases(s store.Leases, rec store.Run) *hostlease.Leases {
	if s == nil || r.MaxHostHold <= 0 {
		return nil
	}
	return hostlease.New(hostlease.Config{
		Store: s, Holder: fmt.Sprintf("%s/%s/%d", r.WorkerID, rec.ID, rec.Fence.Epoch),
		Duration: r.leaseDuration(), MaxHold: r.MaxHostHold, Log: r.Log, Metrics: r.HostLeaseMetrics,
	})
}

// NewID returns a new run ID: the time in milliseconds, by which IDs sort, and 64 random
// bits.
func NewID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	return fmt.Sprintf("%012x%s", time.Now().UnixMilli(), hex.EncodeToString(b[:]))
}
