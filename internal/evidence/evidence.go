// Package evidence writes and verifies evidence packs. A pack is a zip file with the text of a
// version of a document, the bytes of its page and what is known about both. Its manifest has the
// SHA-256 of each file, and its signature that of the manifest:
//
//	text.md          the text as Markdown
//	page.bin         the response body from which the text was read, if it is stored
//	metadata.json    the Metadata
//	manifest.json    the Manifest
//	manifest.sig     the Ed25519 signature (RFC 8032) of the bytes of manifest.json, in base64
//	public-key.pem   the public key of the signature
//
// A pack without a signature lacks the last two files. Equal input gives equal bytes.
package evidence

import (
	"time"

	"github.com/clausea/crawler/internal/exchange"
)

// The names of the files of a pack.
const (
	textFile      = "text.md"
	pageFile      = "page.bin"
	metadataFile  = "metadata.json"
	manifestFile  = "manifest.json"
	signatureFile = "manifest.sig"
	keyFile       = "public-key.pem"
)

// format identifies the format of packs in a Manifest.
const format = "clausea-evidence-1"

// Manifest lists the files of a pack.
type Manifest struct {
	Format string `json:"format"`
	// Signed reports whether the pack has a signature. A pack from which the signature was removed
	// is therefore not valid.
	Signed bool   `json:"signed"`
	Files  []File `json:"files"`
}

// File is a file of a pack.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // hexadecimal
}

// Metadata is what is known about a version.
type Metadata struct {
	DocumentID   string `json:"documentID"`
	Company      string `json:"company"`
	DocumentType string `json:"documentType"`
	Version      int    `json:"version"`
	URL          string `json:"url"`
	// FetchedAt is the time of the fetch by the clock of the crawler.
	FetchedAt time.Time `json:"fetchedAt"`
	// RunID is the crawl that fetched the page.
	RunID    string `json:"runID"`
	Title    string `json:"title"`
	Language string `json:"language"`
	// ContentType is the Content-Type of the page.
	ContentType   string `json:"contentType"`
	EffectiveDate string `json:"effectiveDate,omitempty"` // YYYY-MM-DD, which the text states
	UpdatedDate   string `json:"updatedDate,omitempty"`   // YYYY-MM-DD, which the text states
	// ContentHash is the hexadecimal SHA-256 of the words of the text, without case, punctuation
	// and markup. It is not the hash of a file.
	ContentHash string `json:"contentHash"`
	// ExtractionRevision identifies the way in which the program reads a page.
	ExtractionRevision int `json:"extractionRevision"`
	// Technical is set if the text was read again from the page of the previous version.
	Technical bool `json:"technical"`
	// Exchange is the HTTP exchange that fetched the page. For a technical version, it is that of
	// the version whose page was read again. It is nil for versions of programs that did not record
	// it.
	Exchange *exchange.Exchange `json:"exchange,omitempty"`
	// Response is what the record of the crawl has of the HTTP response. It is nil if the record
	// no longer exists.
	Response *Response `json:"response,omitempty"`
	// NotRecorded lists the facts that the pack lacks because they are not stored.
	NotRecorded []string `json:"notRecorded"`
}

// Response is what is stored of an HTTP response.
type Response struct {
	Status       int       `json:"status"`
	FinalURL     string    `json:"finalURL"` // after redirects
	ContentType  string    `json:"contentType"`
	ETag         string    `json:"etag,omitempty"`
	LastModified string    `json:"lastModified,omitempty"`
	FetchedAt    time.Time `json:"fetchedAt"`
}
