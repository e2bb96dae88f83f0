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
	// IdleFor is how long nobody had had it when it was acquired: since it expired, or
	// for many years where it was released or is new. It is 0 where it was the
	// holder's already.
	IdleFor time.Duration
}

// Fence is carried by every write of a run. The zero Fence is not checked: it is
// for writers that own their store alone.
type Fence struct {
	// LeaseName and Epoch are those of the lease that the writer holds.
	LeaseName string `json:"leaseName"`
	Epoch     int64  `json:"epoch"`
}

// Run is one crawl of one company.
type Run struct {
	ID      string `json:"id"`
	Company string `json:"company"`
	Fence   Fence  `json:"fence"`
	// State is Pending (to be begun), Running, Stopped (to be gone on with),
	// Complete or Failed.
	State string `json:"state"`
	// Task is what to crawl, for whoever takes the run up; empty where the caller
	// of the run knows it.
	Task []byte `json:"task,omitempty"`
	// Priority: the higher is begun first.
	Priority int32 `json:"priority"`
	// AssignedWorker names who alone may work on the run; empty is anybody.
	AssignedWorker string `json:"reserved,omitempty"`
	// Attempts counts the workers that took it up, the first too; Limit is how many may.
	Attempts    int32 `json:"attempts,omitempty"`
	MaxAttempts int32 `json:"limit,omitempty"`
	// NotBefore is when it may be begun, after a failure.
	NotBefore time.Time `json:"notBefore"`
	// Worker is who works on it, and Heartbeat the last sign of life.
	Worker     string    `json:"holder,omitempty"`
	Heartbeat  time.Time `json:"heartbeat"`
	StopReason string    `json:"stopReason"`
	Message    string    `json:"message"`
	CreatedAt  time.Time `json:"started"`
	// StartedAt is when a worker first took it up, since it was stopped if it was; zero
	// while it waits for one.
	StartedAt  time.Time      `json:"begun"`
	FinishedAt time.Time      `json:"completed"`
	Progress   Progress       `json:"progress"`
	Documents  DocumentCounts `json:"documents"`
	// Coverage has each expected type, once the run has ended.
	Coverage []Coverage `json:"coverage"`
}

// Coverage says whether an expected type of document was found, in the words of
// the Company's status.
type Coverage struct {
	Type       string `json:"type"`
	State      string `json:"state"` // Found or Missing
	URL        string `json:"url"`
	DocumentID string `json:"documentID"`
	Reason     string `json:"reason"` // why it is missing
}

// The states of a Run.
const (
	RunPending     = "Pending"
	RunRunning     = "Running"
	RunInterrupted = "Stopped"
	RunComplete    = "Complete"
	RunFailed      = "Failed"
)

// RunRequest is what a run's owner asks of its worker.
type RunRequest string

// The requests. The zero one is to crawl on.
const (
	// RequestStop ends the run as complete, with what was found.
	RequestStop RunRequest = "Stop"
	// RequestSuspend ends the work; the run is gone on with later.
	RequestSuspend RunRequest = "Suspend"
	// RequestCancel ends the run; nothing goes on with it.
	RequestCancel RunRequest = "Cancel"
)

// Progress counts URLs.
type Progress struct {
	Fetched int64 `json:"fetched"`
	Queued  int64 `json:"queued"`
	Failed  int64 `json:"failed"`
	// Skipped counts refusals by reason.
	Skipped map[string]int64 `json:"skipped"`
}

// DocumentCounts counts what a run did to documents.
type DocumentCounts struct {
	New       int64 `json:"new"`
	Changed   int64 `json:"changed"`
	Unchanged int64 `json:"unchanged"`
	Removed   int64 `json:"gone"`
}

// FetchedPage is what became of one URL in the last run that met it.
type FetchedPage struct {
	Company string `json:"company"`
	URL     string `json:"url"`
	// Parent is the page that linked to it, empty for a seed.
	Parent string `json:"parent"`
	// Reason says why it was not fetched, or why what came was no page; empty for a
	// page that came.
	Reason string `json:"reason"`
	// FinalURL is where redirects led.
	FinalURL string `json:"finalURL"`
	// Status is HTTP's, 0 where nothing was asked or nobody answered.
	Status       int       `json:"status"`
	ContentType  string    `json:"contentType"`
	ETag         string    `json:"etag"`
	LastModified string    `json:"lastModified"`
	BodyHash     string    `json:"bodyHash"`
	FetchedAt    time.Time `json:"fetchedAt"`
	RunID        string    `json:"runID"`
	DocumentID   string    `json:"documentID"`
	Type         string    `json:"type"`
	Confidence   float64   `json:"confidence"`
}

// Dates are the days that a text names, YYYY-MM-DD or empty, each with the words that
// it was read from.
type Dates struct {
	// EffectiveDate is the day from which the text is in force or, where it names only
	// that, of its last change.
	EffectiveDate  string `json:"effectiveDate"`
	EffectiveQuote string `json:"effectiveQuote"`
	// UpdatedDate is the day of the last change or of publication.
	UpdatedDate  string `json:"updatedDate"`
	UpdatedQuote string `json:"updatedQuote"`
	// UpcomingEffectiveDate is a day on which the text was to come into force when it was read.
	UpcomingEffectiveDate  string `json:"takesEffect"`
	UpcomingEffectiveQuote string `json:"takesEffectQuote"`
}

// Document is one legal document with its identity over time.
type Document struct {
	ID      string `json:"id"`
	Company string `json:"company"`
	URL     string `json:"url"`
	// FormerURLs are the addresses it had before, oldest first (at most 50).
	FormerURLs      []string `json:"formerURLs"`
	Type            string   `json:"type"`
	Confidence      float64  `json:"confidence"`
	AdditionalTypes []string `json:"also"`     // further types that its page holds, sorted
	Language        string   `json:"language"` // ISO 639-1
	Jurisdiction    string   `json:"region"`   // ISO 3166-1, upper case, where the page declares one
	Title           string   `json:"title"`
	Dates           `json:",inline"`
	WordCount       int `json:"words"`
	// ContentHash is the hex SHA-256 of the normalised text of the newest version.
	ContentHash string `json:"hash"`
	Versions    int    `json:"versions"`
	// DiscoveryPath are the URLs from a seed to the document, LinkText is the text of the last
	// link on it.
	DiscoveryPath []string  `json:"path"`
	LinkText      string    `json:"linkText"`
	FirstSeen     time.Time `json:"firstSeen"`
	LastSeen      time.Time `json:"lastSeen"`
	LastChanged   time.Time `json:"lastChanged"`
	// LastFlapped is when its text last came back to one that it had before, and not for
	// the first time. Such a return is a version and no change: LastChanged stays.
	LastFlapped  time.Time `json:"lastFlapped"`
	RemovedAt    time.Time `json:"lastGone"`
	ETag         string    `json:"etag"`
	LastModified string    `json:"lastModified"`
	RunID        string    `json:"runID"`
}

// CompanySummary counts one company's documents.
type CompanySummary struct {
	Name        string    `json:"name"`
	Documents   int       `json:"documents"`
	LastChanged time.Time `json:"lastChanged"`
}

// Version is one text of a document, append-only.
type Version struct {
	DocumentID   string    `json:"documentID"`
	Number       int       `json:"number"`
	ContentHash  string    `json:"hash"`
	FetchedAt    time.Time `json:"fetchedAt"`
	URL          string    `json:"url"`
	Title        string    `json:"title"`
	Dates        `json:",inline"`
	Language     string `json:"language"`
	Jurisdiction string `json:"region"`
	WordCount    int    `json:"words"`
	// SnapshotHash is the raw page that it was read from, if kept.
	SnapshotHash string `json:"snapshotHash"`
	RunID        string `json:"runID"`
	// StoredBytes is what the version takes in the store, compressed.
	StoredBytes int `json:"bytes"`
	// Flapping says that the text came back to one before, and not for the first time.
	Flapping bool `json:"flapping"`
	// Keyframe says that it is a whole copy, not a delta to the version before.
	Keyframe bool `json:"full"`
}
