package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Errors of a restore.
var (
	// ErrNotEmpty means that a store contains records, so that an archive cannot be restored into
	// it.
	ErrNotEmpty = errors.New("the store is not empty")
	// ErrRestoring means that a restore of the store has not ended. The store must not be used.
	ErrRestoring = errors.New("the restore of this store has not ended: run clausea restore again")
)

// Dumper reads all records of a store in a form that does not depend on the implementation.
type Dumper interface {
	// Dump passes every record that belongs in a backup to put, in the order of ArchiveFamilies
	// and ArchiveSections. Other processes may write meanwhile: each document is passed with
	// exactly the versions, snapshots and changes that it had at one time, and records that refer
	// to documents are read before them. put must not retain the entry.
	Dump(ctx context.Context, put func(ArchiveEntry) error) error
}

// Archiver reads and writes all records of a store.
type Archiver interface {
	Dumper
	// BeginRestore marks the store as being restored. It returns an error that wraps ErrNotEmpty
	// if the store contains records. If an earlier restore did not end, it deletes the records
	// that it wrote. While a store is marked, Migrate returns an error that wraps ErrRestoring.
	BeginRestore(ctx context.Context) (Restorer, error)
}

// Restorer writes the records of an archive to an empty store.
type Restorer interface {
	// Put writes entries. The entries of all calls have the order in which Dump passed them.
	// Put is not safe for concurrent use.
	Put(ctx context.Context, entries []ArchiveEntry) error
	// Finish creates the derived records and removes the mark of the store.
	Finish(ctx context.Context) error
	// Close releases the store for another restore. Without Finish, the store remains marked.
	Close(ctx context.Context) error
}

// ArchiveEntry is a record of an archive.
type ArchiveEntry struct {
	Family *ArchiveFamily
	// Record is a pointer to a record of the family's type.
	Record any
	// Body is the text of a version, the bytes of a snapshot or of a part of a checkpoint, or the
	// JSON of a custom resource. It is nil in families without a body.
	Body []byte
}

// ArchiveFamily is a kind of records in an archive.
type ArchiveFamily struct {
	// Name identifies the family in an archive. It never changes.
	Name string
	// Section is the name of the section of the archive that contains the family.
	Section string
	// HasBody reports whether its entries have a body.
	HasBody bool
	// New returns a pointer to an empty record.
	New func() any
	// Key returns the key of a record. The keys of a section with one family increase bytewise.
	Key func(record any) string
}

// The records of an archive that are not records of package store.
type (
	// ArchivedObject is a custom resource. Its JSON is the body. A restored resource has a new
	// resource version.
	ArchivedObject struct {
		Kind      string            `json:"kind"`
		Namespace string            `json:"namespace"`
		Name      string            `json:"name"`
		UID       string            `json:"uid"`
		Labels    map[string]string `json:"labels"`
	}
	// ArchivedRequest is the request to a run.
	ArchivedRequest struct {
		RunID   string     `json:"runID"`
		Request RunRequest `json:"request"`
	}
	// ArchivedCheckpoint is a part of a checkpoint, whose blob is the body.
	ArchivedCheckpoint struct {
		Key string `json:"key"`
	}
	// ArchivedWebhook is a webhook with its secrets.
	ArchivedWebhook struct {
		Webhook
		SecretTexts []string `json:"secrets"`
	}
	// ArchivedFeed is the state of the feed of changes. Sequence is at least the greatest one that
	// was used, so that no sequence is used again.
	ArchivedFeed struct {
		Sequence int64 `json:"sequence"`
	}
	// ArchivedSnapshot is a snapshot, whose bytes are the body. A snapshot precedes the first
	// version of each document that refers to it.
	ArchivedSnapshot struct {
		Company string `json:"company"`
		Hash    string `json:"hash"`
	}
)

// family returns an ArchiveFamily of records of type T.
func family[T any](name, section string, hasBody bool, key func(*T) string) *ArchiveFamily {
	return &ArchiveFamily{
		Name: name, Section: section, HasBody: hasBody,
		New: func() any { return new(T) },
		Key: func(record any) string { return key(record.(*T)) },
	}
}

// The sections of an archive.
const (
	SectionObjects     = "objects"
	SectionRuns        = "runs"
	SectionRequests    = "runRequests"
	SectionCheckpoints = "checkpoints"
	SectionPages       = "pages"
	SectionRunEvents   = "runEvents"
	SectionWebhooks    = "webhooks"
	SectionDeliveries  = "deliveries"
	SectionReviews     = "reviews"
	SectionAPIKeys     = "apiKeys"
	SectionAudit       = "audit"
	// SectionDocuments contains each document with its records. It is the only section with
	// several families.
	SectionDocuments = "documents"
	SectionFeed      = "feed"
)

// The families of an archive.
var (
	ArchiveObjects = family("object", SectionObjects, true, func(o *ArchivedObject) string {
		return o.Kind + "\n" + o.Namespace + "/" + o.Name
	})
	ArchiveRuns        = family("run", SectionRuns, false, func(r *Run) string { return r.ID })
	ArchiveRequests    = family("runRequest", SectionRequests, false, func(r *ArchivedRequest) string { return r.RunID })
	ArchiveCheckpoints = family("checkpoint", SectionCheckpoints, true, func(c *ArchivedCheckpoint) string { return c.Key })
	ArchivePages       = family("page", SectionPages, false, func(p *FetchedPage) string { return p.RunID + "\n" + p.URL })
	ArchiveRunEvents   = family("runEvent", SectionRunEvents, false, func(e *RunEvent) string { return fmt.Sprintf("%s\n%019d", e.RunID, e.Sequence) })

	ArchiveWebhooks   = family("webhook", SectionWebhooks, false, func(w *ArchivedWebhook) string { return w.ID })
	ArchiveDeliveries = family("delivery", SectionDeliveries, false, func(d *Delivery) string { return d.ID })
	ArchiveReviews    = family("review", SectionReviews, false, func(r *Review) string { return r.ChangeID })
	ArchiveAPIKeys    = family("apiKey", SectionAPIKeys, false, func(k *APIKey) string { return k.ID })
	ArchiveAudit      = family("auditEntry", SectionAudit, false, func(e *AuditEntry) string { return e.ID })

	ArchiveDocuments = family("document", SectionDocuments, false, func(d *Document) string { return d.ID })
	ArchiveSnapshots = family("snapshot", SectionDocuments, true, func(s *ArchivedSnapshot) string { return SnapshotKey(s.Company, s.Hash) })
	ArchiveVersions  = family("version", SectionDocuments, true, func(v *Version) string { return v.DocumentID })
	ArchiveChanges   = family("change", SectionDocuments, false, func(c *Change) string { return c.ID })

	ArchiveCorrections = family("correction", SectionDocuments, false, func(c *Correction) string { return c.DocumentID })

	ArchiveFeed = family("feed", SectionFeed, false, func(*ArchivedFeed) string { return "changes" })
)

// ArchiveSections lists the sections in the order in which an archive contains them. Records
// that refer to others precede them: a store that is written meanwhile then has the others. The
// checkpoint of a run precedes its documents, so that a restored run repeats work and misses
// none. For the same reason, the cursor of a webhook precedes its deliveries.
var ArchiveSections = []string{
	SectionObjects, SectionRuns, SectionRequests, SectionCheckpoints, SectionPages, SectionRunEvents,
	SectionWebhooks, SectionDeliveries, SectionReviews, SectionAPIKeys, SectionAudit, SectionDocuments, SectionFeed,
}

// ArchiveFamilies lists the families. In the section of documents, each document precedes its
// correction, its snapshots and versions, and its changes.
var ArchiveFamilies = []*ArchiveFamily{
	ArchiveObjects, ArchiveRuns, ArchiveRequests, ArchiveCheckpoints, ArchivePages, ArchiveRunEvents,
	ArchiveWebhooks, ArchiveDeliveries, ArchiveReviews, ArchiveAPIKeys, ArchiveAudit, ArchiveDocuments,
	ArchiveCorrections, ArchiveSnapshots, ArchiveVersions, ArchiveChanges, ArchiveFeed,
}

// ObjectKinds lists the kinds of custom resources that a store contains.
var ObjectKinds = []string{"Company", "CrawlJob", "Event"}

// CheckpointRun returns the ID of the run to which a CheckpointKey belongs.
func CheckpointRun(key string) string {
	id, _, _ := strings.Cut(key, "+")
	return id
}
