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
// that they need. A page with hardly more text than its initial document gets more time, because its
// scripts may not have started yet.
const (
	pollInterval        = 120 * time.Millisecond
	settleTime          = 400 * time.Millisecond // without requests and changes, if there is text
	shortTextSettleTime = 3 * time.Second        // the same, if there is hardly more than the initial text
	fullPageSettleTime  = time.Second            // the same, if the initial text is that of a full page
	// Without changes while requests are pending, some of which never end: if there is
	// text, and if there is none yet.
	busySettleTime  = 4 * time.Second
	blankSettleTime = 10 * time.Second
	// minRenderedText is how many characters a page must add to its initial text to count as started.
	minRenderedText = 400
	// fullPageText is how many characters of initial text indicate a page that may need no scripts.
	fullPageText = 4000
)

// Limits of scrolling.
const (
	scrollSteps = 25
	scrollPause = 40 * time.Millisecond
)

// maxNodes is the number of nodes beyond which a page is not read. It is fifty times that of a
// long document.
const maxNodes = 400_000

// pageState is the result of measure.js.
type pageState struct {
	Text     int  `json:"text"`
	Nodes    int  `json:"nodes"`
	Complete bool `json:"complete"`
	TooLarge bool `json:"tooLarge"`
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

// isSettled decides whether a page that has not changed for some time will not change anymore.
func (t *tab) isSettled(s pageState, unchanged time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !s.Complete {
		return false
	}
	started := s.Text >= t.initialText+minRenderedText
	idle := unchanged
	if t.pendingRequests > 0 {
		idle = 0
	} else {
		idle = min(idle, time.Since(t.lastActivity))
	}
	switch {
	case started && idle >= settleTime, t.initialText >= fullPageText && idle >= fullPageSettleTime:
		return true
	case idle >= shortTextSettleTime:
		return true
	default:
		return started && unchanged >= busySettleTime || unchanged >= blankSettleTime
	}
}

// evaluate runs one of our scripts in a frame, in an isolated world where the page cannot tamper with
// built-in objects. The world is created for each call, because the page may have been reloaded; the
// browser identifies it by name.
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

// stopScripts terminates the running script of the page and prevents others, so that the page can be
// read.
func (t *tab) stopScripts(ctx context.Context) {
	_ = notify(ctx, t.main, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	_ = notify(ctx, t.main, runtime.TerminateExecution, cdp.Empty{})
}
