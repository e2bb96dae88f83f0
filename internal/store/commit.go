package store

import (
	"context"
	"fmt"
)

// Commit is what a crawl found out about one document.
type Commit struct {
	// Document is the record after the commit. Its ID is chosen by the caller. CommitDocument
	// sets Versions, and applies the correction of the document, if there is one.
	Document Document
	// Create is set if the document is new to the caller.
	Create bool
	// Versions are the new versions of the document in order: none, one, or a technical version
	// and the version that follows it.
	Versions []NewVersion
	// Changes are appended to the feed in this order. CommitDocument sets Sequence, and From and
	// To if they are 0: the newest version before and after the commit. If the commit has a
	// technical version, From is its number, so that the difference between From and To has
	// only what changed on the page. If the correction of the document has a type, it is also
	// the DocumentType of the changes.
	Changes []Change
}

// Validate returns an error if the commit cannot be idempotent because a record has no ID.
func (c Commit) Validate() error {
	if c.Document.ID == "" {
		return fmt.Errorf("commit document %s: it has no ID", c.Document.URL)
	}
	for _, change := range c.Changes {
		if change.ID == "" {
			return fmt.Errorf("commit document %s: a %s change has no ID", c.Document.URL, change.Kind)
		}
	}
	return nil
}

// NewVersion is a version with its text and snapshot.
type NewVersion struct {
	Version Version
	Text    string
	// Snapshot is the raw response body. If it is nil, Version.SnapshotHash refers to a
	// snapshot that is stored already, or is empty.
	Snapshot []byte
	// SnapshotBase is the hash of a similar snapshot; see Snapshots.PutSnapshot.
	SnapshotBase string
}

// Committed is the result of CommitDocument.
type Committed struct {
	// Document is the stored record.
	Document Document
	// Created reports whether a commit with Create stored the document, now or in an earlier
	// call. If not, another document has the URL; it is Document, and nothing was written.
	Created bool
	// Version is the newest version of the document. It is zero if there is none.
	Version Version
}

// DocumentWriter writes documents.
type DocumentWriter interface {
	// CommitDocument writes the document, its new versions with their texts and snapshots, the
	// changes with their reviews, the company summary and the search index in one fenced
	// transaction. It is
	// idempotent: a version whose ContentHash is that of the newest version is not appended
	// again, nor are two versions if they are the newest two, and a change whose ID exists is
	// not stored again. It fails if another document of the company has the URL, unless Create
	// is set.
	CommitDocument(ctx context.Context, f Fence, c Commit) (Committed, error)
}
