package render

import (
	"errors"
	"fmt"
)

// ErrNoBrowser reports that no browser is available: none is installed, none is at the given path, or
// none could be started or reached.
var ErrNoBrowser = errors.New("no browser found: install Chromium, or set the path or the DevTools URL of a browser")

// Reason is how the rendering of a page ended. The set is bounded, so a Reason can be a metric
// label.
type Reason string

// The reasons of a RenderedPage.
const (
	Settled Reason = "settled" // no requests and no changes for some time
	Timeout Reason = "timeout" // the page did not settle in time
	Moved   Reason = "moved"   // the page navigates to RenderedPage.MovedTo
)

// The reasons of an Error. Timeout is also one of them, if the page does not respond to
// commands.
const (
	NoBrowser  Reason = "no_browser"  // the browser could not be started or reached
	Busy       Reason = "busy"        // no slot was free within Config.SlotTimeout
	LoadFailed Reason = "load_failed" // the document is not a page, or could not be loaded
	Crashed    Reason = "crashed"     // the browser or the process of the page crashed
	Memory     Reason = "memory"      // the browser exceeded Config.MaxMemory
	Flood      Reason = "flood"       // too many refused requests or events
	TooLarge   Reason = "too_large"   // the page has more than maxNodes nodes
	Canceled   Reason = "canceled"    // the caller's context ended, or the pool was closed
)

// Error is the type of all errors of Pool.Render.
type Error struct {
	Reason Reason
	URL    string
	Err    error // never nil
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("render %s: %s: %v", e.URL, e.Reason, e.Err)
}

// Unwrap implements errors.Unwrap.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is ErrNoBrowser and e has the Reason NoBrowser.
func (e *Error) Is(target error) bool { return target == ErrNoBrowser && e.Reason == NoBrowser }

// Refusal is why the pool refused a request or another action of a page, or rejected a response. The
// set is bounded, so a Refusal can be a metric label.
type Refusal string

// The refusals.
const (
	RefusedScheme   Refusal = "scheme"   // neither http nor https
	RefusedKind     Refusal = "kind"     // a resource without text: images, fonts, media, beacons, event streams
	RefusedMethod   Refusal = "method"   // a form submission, or a method that changes data
	RefusedBody     Refusal = "body"     // the request is too large
	RefusedRules    Refusal = "rules"    // Request.Allow returned an error, for example because of robots.txt
	RefusedAddress  Refusal = "address"  // the guard blocked the IP address
	RefusedTracker  Refusal = "tracker"  // a tracking service
	RefusedRequests Refusal = "requests" // Config.MaxRequests
	RefusedBytes    Refusal = "bytes"    // Config.MaxBytes
	RefusedContent  Refusal = "content"  // a document without text, or a download
	RefusedFailed   Refusal = "failed"   // the request failed
	RefusedReload   Refusal = "reload"   // the page reloads too often
	RefusedFrame    Refusal = "frame"    // too many frames or workers
	RefusedWindow   Refusal = "window"   // the page opened a window
	RefusedDialog   Refusal = "dialog"   // the page opened a JavaScript dialog
	RefusedSocket   Refusal = "socket"   // WebSocket, WebTransport
	RefusedDownload Refusal = "download" // the page started a download
)
