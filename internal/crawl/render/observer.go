package render

import (
	"errors"
	"time"
)

// Observer receives the events of a Pool, for metrics. Its methods are called from several
// goroutines.
type Observer interface {
	// PageEnded reports the end of a call of Render.
	PageEnded(o Outcome)
	// BrowsersChanged reports the start (1) or the end (-1) of a browser.
	BrowsersChanged(change int)
}

// Outcome is the outcome of a call of Render.
type Outcome struct {
	EndReason Reason
	Duration  time.Duration // includes waiting for a slot and starting a browser
	// Requests, Bytes and Refused are those of the RenderedPage, or zero if there is none.
	Requests int
	Bytes    int64
	Refused  map[Refusal]int
}

// Reasons lists all values of Reason, and Refusals those of Refusal.
var (
	Reasons  = []Reason{Settled, Timeout, Moved, NoBrowser, Busy, LoadFailed, Crashed, Memory, Flood, TooLarge, Canceled}
	Refusals = []Refusal{
		RefusedScheme, RefusedKind, RefusedMethod, RefusedBody, RefusedRules, RefusedAddress, RefusedTracker, RefusedRequests, RefusedBytes,
		RefusedContent, RefusedFailed, RefusedReload, RefusedFrame, RefusedWindow, RefusedDialog, RefusedSocket, RefusedDownload,
	}
)

// noopObserver ignores all events.
type noopObserver struct{}

func (noopObserver) PageEnded(Outcome)   {}
func (noopObserver) BrowsersChanged(int) {}

// newOutcome returns the Outcome of a call of Render.
func newOutcome(page *RenderedPage, err error, duration time.Duration) Outcome {
	o := Outcome{Duration: duration, EndReason: Canceled}
	if e, ok := errors.AsType[*Error](err); ok {
		o.EndReason = e.Reason
	}
	if page != nil {
		o.EndReason, o.Requests, o.Bytes, o.Refused = page.EndReason, page.Requests, page.Bytes, page.Refused
	}
	return o
}
