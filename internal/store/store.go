// Package store defines how persistent data is stored: custom resources, runs, fetched
// pages, documents and their versions.
//
// Store is a set of small interfaces. Each has only the operations that its callers need;
// there is no query language. Packages mongo and sqlite implement Store, and both pass the
// test suite in package storetest. Every write is idempotent by its key, so a caller that
// received no response can repeat it.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Errors that callers handle. Implementations wrap them with the operation and its target.
var (
	// ErrNotFound means that nothing is stored under the key.
	ErrNotFound = errors.New("not found")
	// ErrExists means that an object with the same key exists already.
	ErrExists = errors.New("already exists")
	// ErrConflict means that a compare-and-swap found another resource version or state.
	ErrConflict = errors.New("conflict")
	// ErrFenced means that a write carried an outdated epoch. Another worker has taken over
	// the lease, and the caller must stop.
	ErrFenced = errors.New("fenced: the lease has a newer epoch")
	// ErrExpired means that a watch cannot start or continue at the requested version. The
	// caller must list again.
	ErrExpired = errors.New("watch expired")
	// ErrUnavailable means that the server of the store did not respond. The call can be repeated.
	ErrUnavailable = errors.New("the store does not respond")
)

// Store stores all data of a deployment. It is safe for concurrent use.
type Store interface {
	Objects
	Runs
	RunEvents
	Pages
	Documents
	Versions
	Snapshots
	DocumentWriter
	DocumentReader
	Changes
	Leases
	Companies
	Search
	Corrections
	Reviews
	Webhooks
	Deliveries
	APIKeys
	Sessions
	Audit
	IdempotencyKeys
	// Migrate updates the stored data to the schema of this program and returns the names of
	// the migrations that it applied. It is idempotent, and several processes may call it at
	// once.
	Migrate(ctx context.Context) (applied []string, err error)
	// Ping writes and reads one record.
	Ping(ctx context.Context) error
	// Counts returns the number of companies that have documents, and of documents. Documents that
	// a person determined not to be legal do not count.
	Counts(ctx context.Context) (companies, documents int64, err error)
	// Size returns the disk space that the database uses. It reads statistics, not records.
	Size(ctx context.Context) (Size, error)
	// Close closes connections and files.
	Close(ctx context.Context) error
}

// Size is the disk space of a database, in bytes.
type Size struct {
	// Bytes is the space of all records, compressed as the database stores them, and of the indexes.
	Bytes int64
	// Indexes is the part of the indexes, or 0 if the database does not report it.
	Indexes int64
}

// Objects stores custom resources as JSON with a resource version.
type Objects interface {
	// GetObject returns an object, or ErrNotFound.
	GetObject(ctx context.Context, key ObjectKey) (Object, error)
	// CreateObject stores o and returns it with its ResourceVersion, or ErrExists.
	CreateObject(ctx context.Context, o Object) (Object, error)
	// UpdateObject replaces the object if o.ResourceVersion equals the stored version. If
	// not, it returns ErrConflict, or ErrNotFound if the object does not exist.
	UpdateObject(ctx context.Context, o Object) (Object, error)
	// DeleteObject deletes the object if resourceVersion is empty or equals the stored
	// version. If not, it returns ErrConflict, or ErrNotFound if the object does not exist.
	DeleteObject(ctx context.Context, key ObjectKey, resourceVersion string) error
	// ListObjects lists the objects of a kind in key order. An empty namespace selects all
	// namespaces. A watch from the returned version misses no change.
	ListObjects(ctx context.Context, kind, namespace string, opts ListOptions) (items []Object, next, version string, err error)
	// WatchObjects sends every change after version, in order, until ctx ends or the watch
	// fails. Watch.Err then returns the reason; after ErrExpired the caller must list again.
	WatchObjects(ctx context.Context, kind, version string) (Watch, error)
}

// Watch is a stream of changes.
type Watch interface {
	// Events returns the channel of changes. It is closed when the watch ends.
	Events() <-chan ObjectEvent
	// Err returns the reason why the watch ended. It is valid once Events is closed. It is nil
	// if Stop or the end of the context ended the watch.
	Err() error
	// Stop ends the watch.
	Stop()
}

// Leases grants exclusive ownership of work. The epoch of a lease increases by one with
// every new owner and never decreases.
type Leases interface {
	// AcquireLease grants the lease to holder for ttl if it is free, has expired or is held
	// by holder already. If not, it returns the current lease and ErrConflict.
	AcquireLease(ctx context.Context, name, holder string, ttl time.Duration) (Lease, error)
	// RenewLease sets the expiry of a lease to ttl from now if its holder and epoch are still
	// those of l. If not, it returns ErrFenced. A negative ttl makes the lease expire in the
	// past; the next holder's IdleFor is measured from that time.
	RenewLease(ctx context.Context, l Lease, ttl time.Duration) (Lease, error)
	// ReleaseLease frees a lease. Releasing an outdated lease has no effect.
	ReleaseLease(ctx context.Context, l Lease) error
}

// Runs stores the records of runs, their checkpoints and the requests to them.
type Runs interface {
	// PutRun writes the whole record. It returns ErrFenced if r.Fence is set and outdated.
	PutRun(ctx context.Context, r Run) error
	// CompareAndSwapRun writes r as PutRun does if the state of the stored run is from. If
	// not, it returns ErrConflict.
	CompareAndSwapRun(ctx context.Context, r Run, from RunState) error
	// GetRun returns a run, or ErrNotFound.
	GetRun(ctx context.Context, id string) (Run, error)
	// QueryRuns returns one page of the runs that q selects, the last created first.
	QueryRuns(ctx context.Context, q RunQuery) (items []Run, next string, err error)
	// PutCheckpoint replaces one part of a run's checkpoint, an opaque compressed blob of any
	// size. The key is the CheckpointKey of the part.
	PutCheckpoint(ctx context.Context, f Fence, key string, blob []byte) error
	// GetCheckpoint returns one part of a checkpoint, or ErrNotFound.
	GetCheckpoint(ctx context.Context, key string) ([]byte, error)
	// DeleteCheckpoints deletes all parts of a run's checkpoint, including those that earlier
	// workers wrote. It is not an error if there are none.
	DeleteCheckpoints(ctx context.Context, f Fence, runID string) error
	// ListRunsByState lists the runs in a state, ordered by descending priority and then by
	// ID.
	ListRunsByState(ctx context.Context, state RunState, opts ListOptions) (items []Run, next string, err error)
	// PutRunRequest replaces the owner's request to the worker of a run.
	PutRunRequest(ctx context.Context, runID string, r RunRequest) error
	// GetRunRequest returns the latest request to a run, or the zero RunRequest.
	GetRunRequest(ctx context.Context, runID string) (RunRequest, error)
	// DeleteRunRequest deletes the request to a run. It is not an error if there is none.
	DeleteRunRequest(ctx context.Context, runID string) error
	// ListRunCompanies lists the names of the companies that have runs, in order.
	ListRunCompanies(ctx context.Context, opts ListOptions) (names []string, next string, err error)
	// ExpireRuns deletes runs of a company that are not among its newest keep runs or that
	// were created and ended before a time. It deletes their requests, checkpoints, events and
	// pages too. It never deletes the newest run, a run that has not ended, or a run whose CrawlJob
	// exists: one that has a task and is not archived. A call deletes at most MaxExpiredRuns
	// runs, the oldest first, and returns their number. An interrupted call can be repeated.
	ExpireRuns(ctx context.Context, company string, keep int, before time.Time) (deleted int, err error)
}

// MaxExpiredRuns is the maximum number of runs that one ExpireRuns call deletes.
const MaxExpiredRuns = 100

// CheckpointKey returns the key of part n of a run's checkpoint, counted from 0. The keys
// are "ID", "ID+1", "ID+2" and so on.
func CheckpointKey(runID string, n int) string {
	if n == 0 {
		return runID
	}
	return fmt.Sprintf("%s+%d", runID, n)
}

// Documents stores the legal documents of companies.
type Documents interface {
	// PutDocument writes d under its ID. It fails if another document of the company has the
	// same URL.
	PutDocument(ctx context.Context, f Fence, d Document) error
	// GetDocument returns a document by its ID, or ErrNotFound.
	GetDocument(ctx context.Context, id string) (Document, error)
	// FindDocument returns the document at a URL, or ErrNotFound.
	FindDocument(ctx context.Context, company, url string) (Document, error)
	// ListDocuments lists documents by company and URL. An empty company selects all
	// companies.
	ListDocuments(ctx context.Context, company string, opts ListOptions) (items []Document, next string, err error)
	// DeleteCompany deletes the documents of a company with their versions and snapshots, its
	// pages, its runs with their requests, checkpoints and events, its summary, and its changes
	// with their reviews and deliveries. An interrupted call can be repeated.
	DeleteCompany(ctx context.Context, company string) error
}

// Versions stores the append-only history of documents. Versions are numbered from 1.
type Versions interface {
	// AppendVersion stores text as the next version of a document and returns it with its
	// number. If the newest version has the same ContentHash, AppendVersion returns that
	// version with created false, so repeating a call has no effect.
	AppendVersion(ctx context.Context, f Fence, v Version, text string) (stored Version, created bool, err error)
	// ListVersions lists the versions of a document, newest first, without their texts.
	ListVersions(ctx context.Context, documentID string, opts ListOptions) (items []Version, next string, err error)
	// VersionText returns version n and its text, or ErrNotFound. If n is 0, it returns the
	// newest version.
	VersionText(ctx context.Context, documentID string, n int) (Version, string, error)
	// VersionAt returns the newest version that was fetched at or before t, or ErrNotFound.
	VersionAt(ctx context.Context, documentID string, t time.Time) (Version, error)
}

// Snapshots stores raw response bodies, compressed. Companies do not share snapshots, so
// that deleting a company can delete its snapshots.
type Snapshots interface {
	// PutSnapshot stores body once per company and returns its hex SHA-256. It may store body
	// as a delta to the snapshot with the hash baseHash. That should be a similar snapshot of
	// the company, such as the previous one of the same page. baseHash may be empty, or the
	// hash of a snapshot that does not exist.
	PutSnapshot(ctx context.Context, f Fence, company string, body []byte, baseHash string) (hash string, err error)
	// GetSnapshot returns the body of a snapshot, or ErrNotFound.
	GetSnapshot(ctx context.Context, company, hash string) ([]byte, error)
}

// SnapshotKey returns the key of a company's snapshot. Company keys contain no "#", so the
// range from "company#" to "company$" holds exactly the snapshots of that company.
func SnapshotKey(company, hash string) string { return company + "#" + hash }
