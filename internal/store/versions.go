package store

import (
	"time"

	"github.com/clausea/crawler/internal/exchange"
)

// Version is the text of a document at one time. Versions are append-only.
type Version struct {
	DocumentID  string    `json:"documentID"`
	Number      int       `json:"number"`
	ContentHash string    `json:"contentHash"`
	FetchedAt   time.Time `json:"fetchedAt"`
	URL         string    `json:"url"`
	// ContentType is the Content-Type header of the page, or empty if it is not known.
	ContentType  string `json:"contentType"`
	Title        string `json:"title"`
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
	// Technical is set if the program read the page differently than before, and the page had
	// not changed: the text is that of the snapshot of the previous version, read again. A
	// technical version has no change.
	Technical bool `json:"technical"`
	// Revision is the revision of the extraction that read the text. It is 0 for versions of
	// programs that did not record it.
	Revision int `json:"revision"`
	// Exchange is the HTTP exchange that fetched the page. A technical version has that of the
	// version before it. It is empty for versions of programs that did not record it.
	Exchange exchange.Packed `json:"exchange,omitempty"`
}
