package store

import "time"

// ObjectKey names one custom resource.
type ObjectKey struct {
	Kind, Namespace, Name string
}

// Object is a custom resource: its key, a decimal-integer resource version that
// grows with every write, and the whole object as JSON.
type Object struct {
	ObjectKey
	ResourceVersion string
	UID             string
	Labels          map[string]string
	JSON            []byte
}

// EventType is what happened to an object: ADDED, MODIFIED or DELETED.
type EventType string

// The event types of a Watch, as Kubernetes names them.
const (
	EventAdded    EventType = "ADDED"
	EventModified EventType = "MODIFIED"
	EventDeleted  EventType = "DELETED"
)

// ObjectEvent is one change. A DELETED event has the key and the version of the deletion.
type ObjectEvent struct {
	Type   EventType
	Object Object
}

// Lease is the right of Holder to work on Name until Expires.
type Lease struct {
	Name, Holder string
	Epoch        int64
	Expires      time.Time
}

// Fence is carried by every write of a run. The zero Fence is not checked: it is
// for writers that own their store alone.
type Fence struct {
	// LeaseName and Epoch are those of the lease that the writer holds.
	LeaseName string
	Epoch     int64
}

// Run is one crawl of one company.
type Run struct {
	ID, Company string
	Fence       Fence
	// State is Running, Stopped (to be gone on with), Complete or Failed.
	State              string
	StopReason         string
	Message            string
	Started, Completed time.Time
	Progress           Progress
	Documents          DocumentCounts
}

// The states of a Run.
const (
	RunRunning  = "Running"
	RunStopped  = "Stopped"
	RunComplete = "Complete"
	RunFailed   = "Failed"
)

// Progress counts URLs.
type Progress struct {
	Fetched, Queued, Failed int64
	// Skipped counts refusals by reason.
	Skipped map[string]int64
}

// DocumentCounts counts what a run did to documents.
type DocumentCounts struct {
	New, Changed, Unchanged, Gone int64
}

// FetchedPage is the last fetch of one URL.
type FetchedPage struct {
	Company, URL, FinalURL string
	Status                 int
	ContentType            string
	ETag, LastModified     string
	BodyHash               string
	FetchedAt              time.Time
	RunID                  string
	DocumentID             string
	Type                   string
	Confidence             float64
}

// Document is one legal document with its identity over time.
type Document struct {
	ID, Company, URL string
	// FormerURLs are the addresses it had before, oldest first (at most 50).
	FormerURLs    []string
	Type          string
	Confidence    float64
	Language      string
	Title         string
	EffectiveDate string // YYYY-MM-DD or empty
	Words         int
	// Hash is the hex SHA-256 of the normalised text of the newest version.
	Hash     string
	Versions int
	// Path are the URLs from a seed to the document.
	Path                                       []string
	FirstSeen, LastSeen, LastChanged, LastGone time.Time
	ETag, LastModified                         string
	RunID                                      string
}

// Version is one text of a document, append-only.
type Version struct {
	DocumentID    string
	Number        int
	Hash          string
	FetchedAt     time.Time
	URL           string
	Title         string
	EffectiveDate string
	Language      string
	Words         int
	// SnapshotHash is the raw page that it was read from, if kept.
	SnapshotHash string
	RunID        string
	// Bytes is what the version takes in the store, compressed.
	Bytes int
	// Full says that it is a whole copy, not a delta to the version before.
	Full bool
}
