package render

import (
	"errors"
	"fmt"
)

// ErrNoBrowser says that there is no Chromium: none is installed, none is at the
// path that was given, and no remote one was named.
var ErrNoBrowser = errors.New("no browser is found: install Chromium, or name one by its path or its DevTools URL")

// Reason says how the rendering of a page ended. The set is bounded, so that it can
// be a metric's label.
type Reason string

// The ends that give a page: it came to rest, or something stopped it while it
// already had text.
const (
	Settled Reason = "settled"
	Timeout Reason = "timeout" // it was still at work when its time was over
	Moved   Reason = "moved"   // it leads to another address: Page.MovedTo
)

// The ends that give none. Timeout is one of them where the page has no answer to
// what is asked of it.
const (
	NoBrowser  Reason = "no_browser" // it could not be started or reached
	Busy       Reason = "busy"       // no slot was free in time
	LoadFailed Reason = "unfit"      // the document is no page, or could not be had
	Crashed    Reason = "crashed"    // the browser or the page's process died
	Memory     Reason = "memory"     // more than Config.MaxMemory
	Flood      Reason = "flood"      // more refused requests or events than anybody needs
	TooLarge   Reason = "too_large"  // more nodes than maxNodes
	Canceled   Reason = "canceled"   // the caller's context or the pool ended
)

// Error is every error of Pool.Render.
type Error struct {
	Reason Reason
	URL    string
	Err    error
}

// Error implements error.
func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("render %s: %s", e.URL, e.Reason)
	}
	return fmt.Sprintf("render %s: %s: %v", e.URL, e.Reason, e.Err)
}

// Unwrap implements errors.Unwrap.
func (e *Error) Unwrap() error { return e.Err }

// Is makes an Error without a browser an ErrNoBrowser.
func (e *Error) Is(target error) bool { return target == ErrNoBrowser && e.Reason == NoBrowser }

// Refusal says why something that a page asked for was not done. The set is
// bounded.
type Refusal string

// The refusals.
const (
	RefusedScheme   Refusal = "scheme"   // neither http nor https
	RefusedKind     Refusal = "kind"     // images, fonts, media, beacons, event streams and such: no text
	RefusedMethod   Refusal = "method"   // a form that is sent, or a method that changes things
	RefusedBody     Refusal = "body"     // what the page would send is too large
	RefusedRules    Refusal = "rules"    // Request.Allow: robots.txt
	RefusedAddress  Refusal = "address"  // the address guard
	RefusedTracker  Refusal = "tracker"  // counts visitors
	RefusedRequests Refusal = "requests" // Config.MaxRequests
	RefusedBytes    Refusal = "bytes"    // Config.MaxBytes
	RefusedContent  Refusal = "content"  // a document that is no text, or a download
	RefusedFailed   Refusal = "failed"   // it was asked for and did not come
	RefusedReload   Refusal = "reload"   // the page loads itself again and again
	RefusedFrame    Refusal = "frame"    // more frames or workers than are looked at
	RefusedWindow   Refusal = "window"
	RefusedDialog   Refusal = "dialog"
	RefusedSocket   Refusal = "socket" // WebSocket, WebTransport
	RefusedDownload Refusal = "download"
)
