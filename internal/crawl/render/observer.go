package render

import (
	"errors"
	"time"
)

// Observer is told of what a Pool does, for counting. Its methods are called from
// several goroutines.
type Observer interface {
	// PageEnded is told of each page that was asked for, when it is over.
	PageEnded(o Outcome)
	// BrowsersChanged is told of a browser that started (1) or ended (-1).
	BrowsersChanged(change int)
}

// Outcome is how a page that was asked for ended.
type Outcome struct {
	EndReason Reason
	Duration  time.Duration // waiting for a slot and a browser's start included
	// Requests, Bytes and Refused are Page's; zero where no page came.
	Requests int
	Bytes    int64
	Refused  map[Refusal]int
}

// Reasons are all values of Reason, and Refusals all of Refusal.
var (
	Reasons  = []Reason{Settled, Timeout, Moved, NoBrowser, Busy, LoadFailed, Crashed, Memory, Flood, TooLarge, Canceled}
	Refusals = []Refusal{
		RefusedScheme, RefusedKind, RefusedMethod, RefusedBody, RefusedRules, RefusedAddress, RefusedTracker, RefusedRequests, RefusedBytes,
		RefusedContent, RefusedFailed, RefusedReload, RefusedFrame, RefusedWindow, RefusedDialog, RefusedSocket, RefusedDownload,
	}
)

// silent is told and does nothing.
type silent struct{}

func (silent) PageEnded(Outcome)   {}
func (silent) BrowsersChanged(int) {}

// outcome of what Render gives.
func outcome(page *RenderedPage, err error, took time.Duration) Outcome {
	o := Outcome{Duration: took, EndReason: Canceled}
	if e, ok := errors.AsType[*Error](err); ok {
		o.EndReason = e.Reason
	}
	if page != nil {
		o.EndReason, o.Requests, o.Bytes, o.Refused = page.EndReason, page.Requests, page.Bytes, page.Refused
	}
	return o
}
