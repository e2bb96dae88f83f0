package store

import (
	"context"
	"fmt"
	"time"
)

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
	// DateAmbiguous reports that one of the dates is numeric, such as 3/4/2025, and that
	// nothing tells whether its day or its month is first. The date is the likelier one.
	DateAmbiguous bool `json:"dateAmbiguous,omitempty"`
}

// DocumentState is the state of a document.
type DocumentState string

// The states of a document.
const (
	DocumentPresent     DocumentState = "Present"     // the last check found its text
	DocumentBroken      DocumentState = "Broken"      // its page lost the text, or shows something else
	DocumentUnreachable DocumentState = "Unreachable" // its page could not be fetched
	DocumentRemoved     DocumentState = "Removed"     // its page no longer exists
)

// Failure is a check of a document that did not find its text.
type Failure struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"` // skip reason
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
	// State is the state of the document, since StateSince. StateReason is the skip reason
	// that explains a state other than Present, or empty.
	State       DocumentState `json:"state"`
	StateReason string        `json:"stateReason"`
	StateSince  time.Time     `json:"stateSince"`
	// LastChecked is the last time at which a crawl determined the state of the document.
	// LastSeen, in contrast, is the last time at which its page was fetched with its text.
	LastChecked time.Time `json:"lastChecked"`
	// UnchangedSince is the time at which the newest version was fetched. A technical version
	// does not count.
	UnchangedSince time.Time `json:"unchangedSince"`
	// LastFailure is the last check that did not find the text. Its time is zero if there was
	// none.
	LastFailure Failure `json:"lastFailure"`
	// NotLegal is set if a person determined that the page is not a legal document. Queries
	// exclude such a document unless they ask for it.
	NotLegal     bool   `json:"notLegal"`
	ETag         string `json:"etag"`
	LastModified string `json:"lastModified"`
	RunID        string `json:"runID"`
}

// DocumentSort is the order of a DocumentQuery.
type DocumentSort string

// The orders of documents.
const (
	SortByURL         DocumentSort = ""            // by company and URL
	SortByLastChanged DocumentSort = "LastChanged" // the latest change first
)

// DocumentQuery selects documents. An empty list selects all values of its field.
type DocumentQuery struct {
	Companies, Types, Languages []string
	States                      []DocumentState
	// ChangedSince selects documents whose LastChanged is at or after it, if it is set.
	ChangedSince time.Time
	// IncludeNotLegal selects also documents that a person determined not to be legal.
	IncludeNotLegal bool
	Sort            DocumentSort
	ListOptions
}

// Validate returns an error if a list of q has more than MaxQueryValues values, or if its order
// is unknown.
func (q DocumentQuery) Validate() error {
	if q.Sort != SortByURL && q.Sort != SortByLastChanged {
		return fmt.Errorf("query documents: unknown order %.40q", q.Sort)
	}
	return checkQueryLists("documents", len(q.Companies), len(q.Types), len(q.Languages), len(q.States))
}

// DocumentReader reads documents by their properties.
type DocumentReader interface {
	// QueryDocuments returns one page of the documents that q selects. A list of q with more
	// than MaxQueryValues values is an error.
	QueryDocuments(ctx context.Context, q DocumentQuery) (items []Document, next string, err error)
}
