// Package store is the port through which everything that outlives a process is
// kept: custom resources, runs, fetched pages, documents and their versions.
//
// Store is a set of small interfaces, each the verbs that its callers need and
// no query language. Package mongo and package sqlite implement it, package
// storetest is the one suite that both pass. Every write is idempotent by its
// key, so a caller that got no answer repeats it.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Sentinels that callers decide on. Implementations wrap them with what was
// tried and on what.
var (
	// ErrNotFound says that nothing is stored under the key.
	ErrNotFound = errors.New("not found")
	// ErrExists says that a create met an object of the same key.
	ErrExists = errors.New("already exists")
	// ErrConflict says that a compare-and-swap met another resource version.
	ErrConflict = errors.New("conflict")
	// ErrFenced says that a write carried an epoch that is not the lease's any
	// more: another worker owns the run, and the caller must stop.
	ErrFenced = errors.New("fenced: the lease has a newer epoch")
	// ErrExpired says that a watch can't go on from the version asked for, so
	// the caller lists anew.
	ErrExpired = errors.New("watch expired")
)

// Store is one home of all data. It is safe for concurrent use.
type Store interface {
	Objects
	Runs
	Pages
	Documents
	Versions
	Snapshots
	Leases
	// Migrate brings indexes and collections to the form that this program
	// needs; it may run any number of times and by several processes at once.
	Migrate(ctx context.Context) (applied []string, err error)
	// Ping does one write and read round trip.
	Ping(ctx context.Context) error
	// Counts tells the number of companies and documents.
	Counts(ctx context.Context) (companies, documents int64, err error)
	// Close releases connections and files.
	Close(ctx context.Context) error
}

// ListOptions bounds a list: at most Limit items (1 to 500, 0 means 100) after the
// opaque Continue token of the list before it.
type ListOptions struct {
	Limit    int
	Continue string
}

// Objects keeps custom resources as readable JSON with a resource version.
type Objects interface {
	GetObject(ctx context.Context, key ObjectKey) (Object, error)
	// CreateObject stores o and returns it with its first ResourceVersion, or ErrExists.
	CreateObject(ctx context.Context, o Object) (Object, error)
	// UpdateObject replaces the object if o.ResourceVersion is the stored one, else ErrConflict.
	UpdateObject(ctx context.Context, o Object) (Object, error)
	// DeleteObject removes the object if resourceVersion is empty or the stored one.
	DeleteObject(ctx context.Context, key ObjectKey, resourceVersion string) error
	// ListObjects lists in key order; namespace "" is all. version is the one to watch from.
	ListObjects(ctx context.Context, kind, namespace string, p ListOptions) (items []Object, next, version string, err error)
	// WatchObjects sends every change after version, in order, until ctx ends or
	// the channel closes; Err of the watch then says why (ErrExpired: list anew).
	WatchObjects(ctx context.Context, kind, version string) (Watch, error)
}

// Watch is a stream of changes.
type Watch interface {
	Events() <-chan ObjectEvent
	// Err is valid once Events is closed.
	Err() error
	Stop()
}

// Leases own work. An epoch grows by one with every new owner and never falls.
type Leases interface {
	// AcquireLease takes name for holder for ttl if it is free, expired or already
	// holder's; else it returns the lease as it stands and ErrConflict.
	AcquireLease(ctx context.Context, name, holder string, ttl time.Duration) (Lease, error)
	// RenewLease has a lease that is still l's (holder and epoch) expire after ttl from
	// now, else ErrFenced. A ttl below zero gives it up as of then, which the next
	// holder's Idle counts from.
	RenewLease(ctx context.Context, l Lease, ttl time.Duration) (Lease, error)
	// ReleaseLease gives a lease up; a stale one is no error.
	ReleaseLease(ctx context.Context, l Lease) error
}

// Runs are crawls, one record each.
type Runs interface {
	// PutRun writes r whole, refused with ErrFenced where r.Lease is set and stale.
	PutRun(ctx context.Context, r Run) error
	// CompareAndSwapRun writes r as PutRun does if the stored run's state is from, else ErrConflict.
	CompareAndSwapRun(ctx context.Context, r Run, from string) error
	GetRun(ctx context.Context, id string) (Run, error)
	// ListRuns lists newest first; company "" is all.
	ListRuns(ctx context.Context, company string, p ListOptions) (items []Run, next string, err error)
	// PutCheckpoint replaces a part of the run's frontier state (an opaque compressed
	// blob of any size, chunked where the store has a bound) under the fence. The key
	// of a run's parts is its CheckpointKey.
	PutCheckpoint(ctx context.Context, f Fence, key string, blob []byte) error
	GetCheckpoint(ctx context.Context, key string) ([]byte, error)
	// DeleteCheckpoints removes all parts that a run has under the fence, whoever wrote
	// them; none is no error.
	DeleteCheckpoints(ctx context.Context, f Fence, runID string) error
	// ListRunsByState lists the runs of a state: those of higher priority first, then by id.
	ListRunsByState(ctx context.Context, state string, p ListOptions) (items []Run, next string, err error)
	// PutRunRequest replaces what a run's owner asks of whoever works on it.
	PutRunRequest(ctx context.Context, runID string, r RunRequest) error
	// GetRunRequest is the newest request, or the zero one.
	GetRunRequest(ctx context.Context, runID string) (RunRequest, error)
	// DeleteRun removes a run's record, its request and its checkpoints; what is not
	// there is no error.
	DeleteRun(ctx context.Context, id string) error
}

// CheckpointKey is where part n of a run's checkpoints lies, from 0 on: the run's id,
// then "id+1", "id+2" and so on.
func CheckpointKey(runID string, n int) string {
	if n == 0 {
		return runID
	}
	return fmt.Sprintf("%s+%d", runID, n)
}

// MaxPageBatch is how many pages one PutPages takes.
const MaxPageBatch = 500

// Pages remember what was fetched and what was not, and why.
type Pages interface {
	// PutPages writes all of pages or none, each by its company and URL; of two with
	// one URL the later stays. Over MaxPageBatch are an error.
	PutPages(ctx context.Context, f Fence, pages []FetchedPage) error
	// DeleteStalePages removes a company's pages that runID did not meet.
	DeleteStalePages(ctx context.Context, f Fence, company, runID string) error
	GetPage(ctx context.Context, company, url string) (FetchedPage, error)
	// ListPages lists a company's pages by URL.
	ListPages(ctx context.Context, company string, p ListOptions) (items []FetchedPage, next string, err error)
}

// Documents are the legal documents of a company.
type Documents interface {
	// PutDocument writes d by its ID, keyed uniquely by (company, URL).
	PutDocument(ctx context.Context, f Fence, d Document) error
	GetDocument(ctx context.Context, id string) (Document, error)
	FindDocument(ctx context.Context, company, url string) (Document, error)
	// ListDocuments lists by company and URL; company "" is all.
	ListDocuments(ctx context.Context, company string, p ListOptions) (items []Document, next string, err error)
	// DeleteCompany removes a company's documents with their versions and snapshots, its
	// pages, and its runs as DeleteRun does. It is idempotent, so that one that was cut off is begun anew.
	DeleteCompany(ctx context.Context, company string) error
	// ListCompanies lists the companies that have documents, by name.
	ListCompanies(ctx context.Context, p ListOptions) (items []CompanySummary, next string, err error)
}

// Versions are a document's append-only history, numbered from 1.
type Versions interface {
	// AppendVersion stores text as the next version and returns it with its
	// number. If the newest version has the same Hash it is returned with
	// created false, so a repeated append changes nothing.
	AppendVersion(ctx context.Context, f Fence, v Version, text string) (stored Version, created bool, err error)
	// ListVersions lists newest first, without texts.
	ListVersions(ctx context.Context, documentID string, p ListOptions) (items []Version, next string, err error)
	// VersionText returns version n and its text; n 0 is the newest.
	VersionText(ctx context.Context, documentID string, n int) (Version, string, error)
	// VersionAt returns the version in force at t; ErrNotFound before the first.
	VersionAt(ctx context.Context, documentID string, t time.Time) (Version, error)
}

// Snapshots are raw page bodies, compressed. Each company has its own, so that they can
// go with it.
type Snapshots interface {
	// PutSnapshot stores body once for a company and returns its hex SHA-256. like is the
	// hash of a snapshot of the company that it is probably like, such as the same page's
	// before: only what differs is kept then. It may be empty, or of one that is not there.
	PutSnapshot(ctx context.Context, f Fence, company string, body []byte, like string) (hash string, err error)
	GetSnapshot(ctx context.Context, company, hash string) ([]byte, error)
}

// SnapshotKey is where a company's snapshot lies. Neither names nor hosts have a "#", so
// that all of a company's, and no other's, are from "company#" to before "company$".
func SnapshotKey(company, hash string) string { return company + "#" + hash }
