package store

import (
	"context"
	"time"
)

// Correction is what a person determined about a document. It wins over what the program
// determines, until it is deleted.
type Correction struct {
	DocumentID string `json:"documentID"`
	Company    string `json:"company"`
	// Type is the document type. If it is empty, it is not corrected.
	Type string `json:"type"`
	// EffectiveDate is the date (YYYY-MM-DD) of the newest version at the time of the
	// correction. If it is empty, it is not corrected. It no longer applies once the document
	// has another text.
	EffectiveDate string `json:"effectiveDate"`
	// ContentHash is the hash of the text to which EffectiveDate applies.
	ContentHash string `json:"contentHash"`
	// SameAs is the ID of the document of which this one is another URL. If it is empty, the
	// document is one of its own.
	SameAs string `json:"sameAs"`
	// NotLegal is set if the page is not a legal document.
	NotLegal bool      `json:"notLegal"`
	Author   string    `json:"author"`
	Note     string    `json:"note"`
	At       time.Time `json:"at"`
}

// Apply sets the corrected values of d.
func (c Correction) Apply(d *Document) {
	if c.Type != "" {
		d.Type, d.Confidence = c.Type, 1
	}
	if c.EffectiveDate != "" && c.ContentHash == d.ContentHash {
		d.EffectiveDate, d.EffectiveQuote, d.DateAmbiguous = c.EffectiveDate, "", false
	}
	d.NotLegal = c.NotLegal || c.SameAs != ""
}

// For returns the correction as it is stored for the document d: with its company, and with the
// hash of its current text if c has a date and no hash.
func (c Correction) For(d Document) Correction {
	c.Company = d.Company
	if c.EffectiveDate != "" && c.ContentHash == "" {
		c.ContentHash = d.ContentHash
	}
	return c
}

// Corrections stores the corrections of documents, at most one a document. CommitDocument
// applies them.
type Corrections interface {
	// PutCorrection stores a correction and applies it to its document. It returns ErrNotFound
	// if the document does not exist.
	PutCorrection(ctx context.Context, c Correction) error
	// GetCorrection returns the correction of a document, or ErrNotFound.
	GetCorrection(ctx context.Context, documentID string) (Correction, error)
	// ListCorrections lists the corrections of a company by document ID.
	ListCorrections(ctx context.Context, company string, opts ListOptions) (items []Correction, next string, err error)
	// DeleteCorrection deletes the correction of a document. The next crawl determines the
	// corrected values again. It is not an error if there is none.
	DeleteCorrection(ctx context.Context, documentID string) error
}
