package store

import "time"

// ObjectKey identifies a custom resource.
type ObjectKey struct {
	Kind, Namespace, Name string
}

// Object is a custom resource: its key, the metadata that the store uses, and the whole
// resource as JSON. ResourceVersion is a decimal integer that increases with every write.
type Object struct {
	ObjectKey
	ResourceVersion string
	UID             string
	Labels          map[string]string
	JSON            []byte
}

// EventType is the type of a change to an object.
type EventType string

// The event types of a Watch, as Kubernetes names them.
const (
	EventAdded    EventType = "ADDED"
	EventModified EventType = "MODIFIED"
	EventDeleted  EventType = "DELETED"
)

// ObjectEvent is one change to an object. The object of a DELETED event has the resource
// version of the deletion.
type ObjectEvent struct {
	Type   EventType
	Object Object
}

// Lease is the exclusive right of Holder to work on Name until Expires.
type Lease struct {
	Name, Holder string
	Epoch        int64
	Expires      time.Time
	// IdleFor is the time between the expiry of the previous holder's lease and this
	// acquisition. It is many years if the lease was released or is new, and 0 if the holder
	// already held the lease.
	IdleFor time.Duration
}

// Fence identifies the lease under which a run writes. A write with an outdated epoch
// returns ErrFenced. The zero Fence disables the check, for writers that have exclusive
// access to their store.
type Fence struct {
	LeaseName string `json:"leaseName"`
	Epoch     int64  `json:"epoch"`
}

// Dates are the dates that a text states about itself. A date is YYYY-MM-DD, or empty, and
// has the quote from which it was read.
type Dates struct {
	// EffectiveDate is the date on which the text took effect. If the text states only the
	// date of its last update, it is that date.
	EffectiveDate  string `json:"effectiveDate"`
	EffectiveQuote string `json:"effectiveQuote"`
	// UpdatedDate is the date of the last update or of publication.
	UpdatedDate  string `json:"updatedDate"`
	UpdatedQuote string `json:"updatedQuote"`
	// UpcomingEffectiveDate is a date, in the future at the time of the fetch, on which the
	// text takes effect.
	UpcomingEffectiveDate  string `json:"upcomingEffectiveDate"`
	UpcomingEffectiveQuote string `json:"upcomingEffectiveQuote"`
}

// Document is a legal document with an identity that outlives its URL.
type Document struct {
	// ID is opaque. It is chosen when the document is first seen and never changes.
	ID      string `json:"id"`
	Company string `json:"company"`
	URL     string `json:"url"`
	// FormerURLs lists earlier URLs of the document, oldest first (at most 50).
	FormerURLs []string `json:"formerURLs"`
	Type       string   `json:"type"`
	// Confidence is the confidence of the classifier in Type, from 0 to 1.
	Confidence float64 `json:"confidence"`
	// AdditionalTypes lists further types of document on the same page, sorted.
	AdditionalTypes []string `json:"additionalTypes"`
	// Language is an ISO 639-1 code.
	Language string `json:"language"`
	// Jurisdiction is the upper-case ISO 3166-1 code of the country that the page declares,
	// or empty.
	Jurisdiction string `json:"jurisdiction"`
	Title        string `json:"title"`
	Dates        `json:",inline"`
	WordCount    int `json:"wordCount"`
	// ContentHash is the hex SHA-256 of the normalized text of the newest version.
	ContentHash string `json:"contentHash"`
	// Versions is the number of versions.
	Versions int `json:"versions"`
	// DiscoveryPath lists the URLs from a seed to the document.
	DiscoveryPath []string `json:"discoveryPath"`
	// LinkText is the anchor text of the last link of DiscoveryPath.
	LinkText    string    `json:"linkText"`
	FirstSeen   time.Time `json:"firstSeen"`
	LastSeen    time.Time `json:"lastSeen"`
	LastChanged time.Time `json:"lastChanged"`
	// LastFlapped is the time at which the text last reverted to an earlier version, not for
	// the first time. Such a version does not update LastChanged.
	LastFlapped time.Time `json:"lastFlapped"`
	// RemovedAt is the time at which the document was found to be removed. It is zero while
	// the document is available.
	RemovedAt    time.Time `json:"removedAt"`
	ETag         string    `json:"etag"`
	LastModified string    `json:"lastModified"`
	RunID        string    `json:"runID"`
}

// CompanySummary summarizes the documents of a company.
type CompanySummary struct {
	Name        string    `json:"name"`
	Documents   int       `json:"documents"`
	LastChanged time.Time `json:"lastChanged"`
}

// Version is the text of a document at one time. Versions are append-only.
type Version struct {
	DocumentID   string    `json:"documentID"`
	Number       int       `json:"number"`
	ContentHash  string    `json:"contentHash"`
	FetchedAt    time.Time `json:"fetchedAt"`
	URL          string    `json:"url"`
	Title        string    `json:"title"`
	Dates        `json:",inline"`
	Language     string `json:"language"`
	Jurisdiction string `json:"jurisdiction"`
	WordCount    int    `json:"wordCount"`
	// SnapshotHash is the hash of the raw response body, if it was stored.
	SnapshotHash string `json:"snapshotHash"`
	RunID        string `json:"runID"`
	// StoredBytes is the compressed size of the text in the store.
	StoredBytes int `json:"storedBytes"`
	// Flapping reports whether the text reverted to an earlier version, not for the first
	// time.
	Flapping bool `json:"flapping"`
	// Keyframe reports whether the text is stored as a whole, not as a delta to the previous
	// version.
	Keyframe bool `json:"keyframe"`
}
