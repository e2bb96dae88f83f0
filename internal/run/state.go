package run

import (
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// setPresent sets the state of a document whose text was found at a time. It returns the
// kind of the change, or "" if the document was available before.
func setPresent(d *store.Document, at time.Time) store.ChangeKind {
	var kind store.ChangeKind
	switch d.State {
	case store.DocumentRemoved:
		kind = store.ChangeRestored
	case store.DocumentBroken:
		kind = store.ChangeRecovered
	}
	d.LastSeen, d.LastChecked = at, at
	setState(d, store.DocumentPresent, "", at)
	return kind
}

// setFailed sets the state of a document whose text was not found at a time. It returns the
// kind of the change, or "" if the state was the same before or has no kind of change. A
// page that cannot be fetched says nothing about a Broken document, which remains Broken.
func setFailed(d *store.Document, state store.DocumentState, reason crawl.SkipReason, at time.Time) store.ChangeKind {
	d.LastChecked, d.LastFailure = at, store.Failure{At: at, Reason: string(reason)}
	if state == store.DocumentUnreachable && d.State == store.DocumentBroken {
		return ""
	}
	changed := d.State != state
	setState(d, state, string(reason), at)
	switch {
	case changed && state == store.DocumentRemoved:
		return store.ChangeRemoved
	case changed && state == store.DocumentBroken:
		return store.ChangeBroken
	default:
		return ""
	}
}

// setState sets the state of a document, and since when it has it.
func setState(d *store.Document, state store.DocumentState, reason string, at time.Time) {
	if d.State != state {
		d.StateSince = at
	}
	d.State, d.StateReason = state, reason
}
