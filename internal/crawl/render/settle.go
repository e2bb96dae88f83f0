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

// When a page is at rest. Pages show their text some tenths of a second after the
// last answer that they waited for; those that show hardly more than they were sent
// with get longer, because they may only be about to begin.
const (
	tickTime  = 120 * time.Millisecond
	quietTime = 400 * time.Millisecond // without requests and without changes, where there is text
	shortTime = 3 * time.Second        // the same, where there is hardly any more than was sent
	longTime  = time.Second            // the same, where what was sent is a whole page
	// Without changes while requests are still open, which some are for ever: where
	// there is text, and where there is none yet.
	busyTime  = 4 * time.Second
	blankTime = 10 * time.Second
	// gained is how many characters of text make a page one that has begun.
	gained = 400
	// whole is how many characters of text make a page one that may need no scripts.
	whole = 4000
)

// Bounds of the way down a page.
const (
	scrollSteps = 25
	scrollPause = 40 * time.Millisecond
)

// maxNodes is the size of a page beyond which it is not read; it is fifty times that
// of a long document.
const maxNodes = 400_000

// state is what measure.js tells.
type state struct {
	Text     int  `json:"text"`
	Nodes    int  `json:"nodes"`
	Complete bool `json:"complete"`
	Over     bool `json:"over"`
}

// run loads the page and waits until it is at rest. ctx ends its time.
func (t *tab) run(ctx context.Context) (Reason, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := make(chan struct{})
	defer close(stop)
	t.spawn(func() { // what ends the page ends the calls that wait for it
		select {
		case <-t.over:
			cancel()
		case <-stop:
		}
	})
	end, err := t.load(ctx)
	if err != nil || end != "" {
		return end, err
	}
	if end, err = t.settle(ctx); end != Settled || err != nil {
		return end, err
	}
	var scrolled bool
	if err := t.evaluate(ctx, t.main, cdp.FrameID(t.target), fmt.Sprintf("(%s)(%d, %d)", scrollScript, scrollSteps, scrollPause.Milliseconds()), &scrolled); err != nil || !scrolled {
		return t.interrupted(ctx, Settled), nil
	}
	return t.settle(ctx)
}

// load asks for the document and waits until it comes.
func (t *tab) load(ctx context.Context) (Reason, error) {
	nav, err := call(ctx, t.main, page.Navigate, page.NavigateParams{URL: t.req.URL})
	if err != nil {
		if t.interrupted(ctx, "") == Moved {
			return Moved, nil
		}
		return Timeout, err // nothing has come that could be read
	}
	if nav.ErrorText == "" {
		return "", nil
	}
	if end := t.interrupted(ctx, ""); end == Moved {
		return end, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.docError != nil {
		return LoadFailed, t.docError
	}
	return LoadFailed, errors.New(nav.ErrorText)
}

// interrupted is why the page is over, or what it is otherwise.
func (t *tab) interrupted(ctx context.Context, otherwise Reason) Reason {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.end != "":
		return t.end
	case ctx.Err() != nil:
		return Timeout
	default:
		return otherwise
	}
}

// settle waits until the page is at rest.
func (t *tab) settle(ctx context.Context) (Reason, error) {
	tick := time.NewTicker(tickTime)
	defer tick.Stop()
	last, since := state{Text: -1}, time.Now()
	for {
		var now state
		err := t.evaluate(ctx, t.main, cdp.FrameID(t.target), fmt.Sprintf("(%s)(%d)", measureScript, maxNodes), &now)
		if end := t.interrupted(ctx, ""); end != "" {
			return end, nil
		}
		if errors.Is(err, errLost) {
			return Crashed, err
		}
		if now.Over {
			return TooLarge, fmt.Errorf("it has more than %d nodes", maxNodes)
		}
		if err != nil || now.Text != last.Text || now.Nodes != last.Nodes {
			last, since = now, time.Now()
		}
		if err == nil && t.atRest(now, time.Since(since)) {
			return Settled, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return t.interrupted(ctx, Timeout), nil
		}
	}
}

// atRest decides whether a page that has not changed for a while will not any more.
func (t *tab) atRest(s state, unchanged time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !s.Complete {
		return false
	}
	begun := s.Text >= t.shell+gained
	quiet := unchanged
	if t.flying > 0 {
		quiet = 0
	} else {
		quiet = min(quiet, time.Since(t.active))
	}
	switch {
	case begun && quiet >= quietTime, t.shell >= whole && quiet >= longTime:
		return true
	case quiet >= shortTime:
		return true
	default:
		return begun && unchanged >= busyTime || unchanged >= blankTime
	}
}

// evaluate runs a script of ours in a frame, in a world of its own: what the page
// has made of the language's objects is not there. It is made anew each time,
// because the page may have been loaded anew; the browser knows it by its name.
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
		return fmt.Errorf("a script of ours failed in the page: %s", describe(res.ExceptionDetails))
	}
	return unmarshal(res.Result.Value, result)
}

func describe(e *runtime.ExceptionDetails) string {
	if e == nil {
		return "no result"
	}
	if e.Exception != nil && e.Exception.Description != "" {
		first, _, _ := strings.Cut(e.Exception.Description, "\n")
		return first
	}
	return e.Text
}

// freeze ends the page's scripts, so that it can be read: one that never gives the
// page back is broken off, and none begins again.
func (t *tab) freeze(ctx context.Context) {
	_ = tell(ctx, t.main, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	_ = tell(ctx, t.main, runtime.TerminateExecution, cdp.Empty{})
}
