package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// ChangeKinds lists all kinds of change.
var ChangeKinds = []ChangeKind{
	ChangeCreated, ChangeChanged, ChangeMoved, ChangeRemoved, ChangeRestored, ChangeBroken, ChangeRecovered, ChangeFlapping, ChangeEffectiveSoon,
}

// ChangeKind is what happened to a document.
type ChangeKind string

// The kinds of change.
const (
	ChangeCreated   ChangeKind = "Created"   // the document was found for the first time
	ChangeChanged   ChangeKind = "Changed"   // its text changed
	ChangeMoved     ChangeKind = "Moved"     // it is at another URL
	ChangeRemoved   ChangeKind = "Removed"   // its page no longer exists
	ChangeRestored  ChangeKind = "Restored"  // it is available after it was removed
	ChangeBroken    ChangeKind = "Broken"    // its page lost the text, or shows something else
	ChangeRecovered ChangeKind = "Recovered" // its text is available after it was Broken
	ChangeFlapping  ChangeKind = "Flapping"  // its text reverted to an earlier one, not for the first time
	// ChangeEffectiveSoon means that a version announces a date in the future on which it takes
	// effect.
	ChangeEffectiveSoon ChangeKind = "EffectiveSoon"
)

// Change records that something happened to a document. The feed of changes is append-only.
type Change struct {
	// Sequence is the position in the feed, from 1. It increases in the order in which the
	// changes become visible. There may be gaps. The store sets it.
	Sequence int64 `json:"sequence"`
	// ID identifies the change; see ChangeID. A change with an ID that exists is not stored
	// again.
	ID           string     `json:"id"`
	Kind         ChangeKind `json:"kind"`
	At           time.Time  `json:"at"` // when the crawl observed it
	Company      string     `json:"company"`
	DocumentID   string     `json:"documentID"`
	DocumentType string     `json:"documentType"`
	Language     string     `json:"language"`
	Title        string     `json:"title"`
	URL          string     `json:"url"`
	PreviousURL  string     `json:"previousURL"` // of a Moved change
	RunID        string     `json:"runID"`
	// From and To are the numbers of the versions before and after the change. They are equal
	// if the change has no new version. From is 0 if there was no version.
	From int `json:"from"`
	To   int `json:"to"`
	// Reason is the skip reason that explains a Removed or Broken change, or empty.
	Reason string `json:"reason"`
	// Silent is set if the text changed but the date that it states about itself did not.
	Silent bool `json:"silent"`
	// EffectiveDate is the date (YYYY-MM-DD) of an EffectiveSoon change.
	EffectiveDate string        `json:"effectiveDate"`
	Summary       ChangeSummary `json:"summary"`
}

// ChangeSummary summarizes the difference between two versions.
type ChangeSummary struct {
	Added   int      `json:"added"`   // number of words
	Removed int      `json:"removed"` // number of words
	Labels  []string `json:"labels"`  // what the change is about, sorted
	// Headings lists the headings of the changed sections, at most MaxChangeHeadings.
	Headings []string `json:"headings"`
	// Insignificant counts the insignificant edits by rule.
	Insignificant []InsignificantEdits `json:"insignificant"`
	// Coarse is set if a part was compared as a whole, not word by word.
	Coarse bool `json:"coarse"`
}

// InsignificantEdits is the number of edits that a rule considers insignificant.
type InsignificantEdits struct {
	Rule  string `json:"rule"`
	Edits int    `json:"edits"`
}

// MaxChangeHeadings is the maximum number of headings in a ChangeSummary.
const MaxChangeHeadings = 50

// ChangeID returns the ID of a change. A run reports each kind of change of a document at most
// once for each version, so a commit that is repeated has the same IDs.
func ChangeID(documentID, runID string, kind ChangeKind, contentHash string) string {
	sum := sha256.Sum256([]byte(documentID + "\n" + runID + "\n" + string(kind) + "\n" + contentHash))
	return hex.EncodeToString(sum[:16])
}

// ChangeOrder is the order of a list of changes.
type ChangeOrder string

// The orders of changes.
const (
	NewestFirst ChangeOrder = ""
	OldestFirst ChangeOrder = "OldestFirst"
)

// ChangeQuery selects changes. An empty list selects all values of its field.
type ChangeQuery struct {
	Companies, DocumentIDs, Types []string
	Kinds                         []ChangeKind
	// Labels selects changes that have at least one of the labels.
	Labels []string
	// Silent selects silent changes, or those that are not, if it is set.
	Silent *bool
	// Since selects changes that were observed at or after it, if it is set.
	Since time.Time
	// After selects changes with a greater Sequence.
	After int64
	Order ChangeOrder
	ListOptions
}

// Validate returns an error if a list of q has more than MaxQueryValues values.
func (q ChangeQuery) Validate() error {
	return checkQueryLists("changes", len(q.Companies), len(q.DocumentIDs), len(q.Types), len(q.Kinds), len(q.Labels))
}

// Changes reads the feed of changes. CommitDocument appends to it.
type Changes interface {
	// ListChanges returns one page of the changes that q selects. A list of q with more than
	// MaxQueryValues values is an error. The continue token of the changes that follow one is
	// EncodeContinue of its ChangeCursor.
	ListChanges(ctx context.Context, q ChangeQuery) (items []Change, next string, err error)
	// GetChange returns a change by its ID, or ErrNotFound.
	GetChange(ctx context.Context, id string) (Change, error)
	// LatestChange returns the greatest Sequence, or 0 if there is no change.
	LatestChange(ctx context.Context) (int64, error)
	// WatchChanges sends every change with a Sequence greater than after, in order and each
	// once, until ctx ends or the watch fails. A watch survives elections and lost
	// connections.
	WatchChanges(ctx context.Context, after int64) (ChangeWatch, error)
}

// ChangeWatch is a stream of changes.
type ChangeWatch interface {
	// Changes returns the channel of changes. It is closed when the watch ends.
	Changes() <-chan Change
	// Err returns the reason why the watch ended, once Changes is closed. It is nil if Stop or
	// the end of the context ended the watch.
	Err() error
	// Stop ends the watch and waits for its end.
	Stop()
}

// ChangeCursor formats a Sequence for callers outside of the program.
func ChangeCursor(sequence int64) string { return strconv.FormatInt(sequence, 10) }
