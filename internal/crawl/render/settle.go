package render

import (
	"context"
	_ "embed" // the scripts
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

//go:embed script/measure.js
var measureScript string

//go:embed script/scroll.js
var scrollScript string

// When a page is settled. Pages show their text some tenths of a second after the last response
// that they need. The values were chosen by hand.
const (
	// minRenderedText is the number of characters that scripts must add to the initial text of a
	// page before its text counts as rendered.
	minRenderedText = 400
	// fullPageText is the length of the initial text of a page that may need no scripts, in
	// characters.
	fullPageText = 4000

	pollInterval = 120 * time.Millisecond
	// The time without requests and changes after which a page is settled: if its text is
	// rendered, if its initial text may be complete, and otherwise. In the last case, its scripts
	// may not have started yet.
	settleTime          = 400 * time.Millisecond
	fullPageSettleTime  = time.Second
	shortTextSettleTime = 3 * time.Second
	// The time without changes after which a page is settled although requests are pending, some
	// of which never end: if its text is rendered, and otherwise.
	busySettleTime  = 4 * time.Second
	blankSettleTime = 10 * time.Second
)

// Limits of scrolling, chosen by hand.
const (
	scrollSteps = 25
	scrollPause = 40 * time.Millisecond
)

// maxNodes limits the number of nodes of a page. A page with more of them fails. The limit is fifty
// times the nodes of a long document.
const maxNodes = 400_000

// pageState is the result of measure.js.
type pageState struct {
	Text     int  `json:"text"` // characters
	Nodes    int  `json:"nodes"`
	Complete bool `json:"complete"` // loading is complete
	TooLarge bool `json:"tooLarge"` // at least maxNodes nodes
}

// loadAndSettle loads the page and waits until it settles or ctx ends.
func (t *tab) loadAndSettle(ctx context.Context) (Reason, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := make(chan struct{})
	defer close(stop)
	t.spawn(func() { // the end of the page ends pending calls
		select {
		case <-t.ended:
			cancel()
		case <-stop:
		}
	})
	end, err := t.load(ctx)
	if err != nil || end != "" {
		return end, err
	}
	if end, err = t.waitUntilSettled(ctx); end != Settled || err != nil {
		return end, err
	}
	var scrolled bool
	if err := t.evaluate(ctx, t.main, cdp.FrameID(t.target), fmt.Sprintf("(%s)(%d, %d)", scrollScript, scrollSteps, scrollPause.Milliseconds()), &scrolled); err != nil || !scrolled {
		return t.endReason(ctx, Settled), nil
	}
	return t.waitUntilSettled(ctx)
}

// load navigates to the document and waits until it is loaded.
func (t *tab) load(ctx context.Context) (Reason, error) {
	nav, err := call(ctx, t.main, page.Navigate, page.NavigateParams{URL: t.req.URL})
	if err != nil {
		if t.endReason(ctx, "") == Moved {
			return Moved, nil
		}
		return Timeout, err // no document has been loaded
	}
	if nav.ErrorText == "" {
		return "", nil
	}
	if end := t.endReason(ctx, ""); end == Moved {
		return end, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.docError != nil {
		return LoadFailed, t.docError
	}
	return LoadFailed, errors.New(nav.ErrorText)
}

// endReason returns why the page has ended, or otherwise if it has not.
func (t *tab) endReason(ctx context.Context, otherwise Reason) Reason {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.endCause != "":
		return t.endCause
	case ctx.Err() != nil:
		return Timeout
	default:
		return otherwise
	}
}

// waitUntilSettled waits until the page settles.
func (t *tab) waitUntilSettled(ctx context.Context) (Reason, error) {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	last, since := pageState{Text: -1}, time.Now()
	for {
		var now pageState
		err := t.evaluate(ctx, t.main, cdp.FrameID(t.target), fmt.Sprintf("(%s)(%d)", measureScript, maxNodes), &now)
		if end := t.endReason(ctx, ""); end != "" {
			return end, nil
		}
		if errors.Is(err, errLost) {
			return Crashed, err
		}
		if now.TooLarge {
			return TooLarge, fmt.Errorf("page has more than %d nodes", maxNodes)
		}
		if err != nil || now.Text != last.Text || now.Nodes != last.Nodes {
			last, since = now, time.Now()
		}
		if err == nil && t.isSettled(now, time.Since(since)) {
			return Settled, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return t.endReason(ctx, Timeout), nil
		}
	}
}

// isSettled reports whether a page is settled that has not changed for a time.
func (t *tab) isSettled(s pageState, unchanged time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !s.Complete {
		return false
	}
	rendered := s.Text >= t.initialText+minRenderedText
	idle := unchanged
	if t.pendingRequests > 0 {
		idle = 0
	} else {
		idle = min(idle, time.Since(t.lastActivity))
	}
	switch {
	case rendered && idle >= settleTime, t.initialText >= fullPageText && idle >= fullPageSettleTime:
		return true
	case idle >= shortTextSettleTime:
		return true
	default:
		return rendered && unchanged >= busySettleTime || unchanged >= blankSettleTime
	}
}

// evaluate runs a script of this package in a frame, in an isolated world where the page cannot change
// built-in objects. Each call asks for the world, because a reload ends it. The browser identifies the
// world by its name.
func (t *tab) evaluate(ctx context.Context, s session, frame cdp.FrameID, expression string, result any) error {
	world, err := call(ctx, s, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: frame, WorldName: "clausea"})
	if err != nil {
		return err
	}
	yes := true
	res, err := call(ctx, s, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ContextID: world.ExecutionContextID, ReturnByValue: &yes, AwaitPromise: &yes, Silent: &yes,
	})
	if err != nil {
		return err
	}
	if res.ExceptionDetails != nil || res.Result == nil {
		return fmt.Errorf("evaluate script: %s", exceptionText(res.ExceptionDetails))
	}
	return unmarshal(res.Result.Value, result)
}

// exceptionText describes an exception in one line.
func exceptionText(e *runtime.ExceptionDetails) string {
	if e == nil {
		return "no result"
	}
	if e.Exception != nil && e.Exception.Description != "" {
		first, _, _ := strings.Cut(e.Exception.Description, "\n")
		return first
	}
	return e.Text
}

// stopScripts terminates the running script of the page and prevents others, so that the page responds
// to commands.
func (t *tab) stopScripts(ctx context.Context) {
	_ = notify(ctx, t.main, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	_ = notify(ctx, t.main, runtime.TerminateExecution, cdp.Empty{})
}
