package render

import (
	"errors"
	"fmt"
)

// ErrNoBrowser reports that there is no browser: none is installed, there is none at the given path,
// or none could be started or reached.
var ErrNoBrowser = errors.New("no browser found: install Chromium, or set the path or the DevTools URL of a browser")

// Reason is how the rendering of a page ended. The set is bounded, so a Reason can be a metric
// label.
type Reason string

// The reasons that come with a RenderedPage: the page settled, or something ended it when it
// already had content.
const (
	Settled Reason = "settled" // no requests and no changes for some time
	Timeout Reason = "timeout" // the page did not settle in time
	Moved   Reason = "moved"   // the page navigates to RenderedPage.MovedTo
)

// The reasons that come with an Error. Timeout is also one of them, if the page does not
// respond to commands.
const (
	NoBrowser  Reason = "no_browser"  // the browser could not be started or reached
	Busy       Reason = "busy"        // no slot was free within Config.SlotTimeout
	LoadFailed Reason = "load_failed" // the document is not a page, or could not be loaded
	Crashed    Reason = "crashed"     // the browser or the process of the page crashed
	Memory     Reason = "memory"      // the browser exceeded Config.MaxMemory
	Flood      Reason = "flood"       // too many refused requests or events
	TooLarge   Reason = "too_large"   // the page has more than maxNodes nodes
	Canceled   Reason = "canceled"    // the context or the pool ended
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

// Is reports whether target is ErrNoBrowser and the Error has the reason NoBrowser.
func (e *Error) Is(target error) bool { return target == ErrNoBrowser && e.Reason == NoBrowser }

// Refusal is why a page was denied something that it requested. The set is bounded, so a Refusal can
// be a metric label.
type Refusal string

// The refusals.
const (
	RefusedScheme   Refusal = "scheme"   // neither http nor https
	RefusedKind     Refusal = "kind"     // a resource without text: images, fonts, media, beacons, event streams
	RefusedMethod   Refusal = "method"   // a form submission, or a method that changes data
	RefusedBody     Refusal = "body"     // the request is too large
	RefusedRules    Refusal = "rules"    // Request.Allow: robots.txt
	RefusedAddress  Refusal = "address"  // the guard blocked the IP address
	RefusedTracker  Refusal = "tracker"  // a tracking service
	RefusedRequests Refusal = "requests" // Config.MaxRequests
	RefusedBytes    Refusal = "bytes"    // Config.MaxBytes
	RefusedContent  Refusal = "content"  // a document without text, or a download
	RefusedFailed   Refusal = "failed"   // the request failed
	RefusedReload   Refusal = "reload"   // the page reloads too often
	RefusedFrame    Refusal = "frame"    // too many frames or workers
	RefusedWindow   Refusal = "window"
	RefusedDialog   Refusal = "dialog"
	RefusedSocket   Refusal = "socket" // WebSocket, WebTransport
	RefusedDownload Refusal = "download"
)
