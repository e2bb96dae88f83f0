package render

import (
	"context"
	_ "embed" // the scripts
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
)

//go:embed script/measure.js
var measureScript string

//go:embed script/scroll.js
var scrollScript string

// Limits of scrolling, chosen by hand.
const (
	scrollSteps = 25
	scrollPause = 40 * time.Millisecond
)

// loadAndSettle loads the page and waits until it settles or ctx ends.
func (t *tab) loadAndSettle(ctx context.Context) (Reason, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := make(chan struct{})
	defer close(stop)
	t.tasks.run(func() { // the end of the page ends pending calls
		select {
		case <-t.end.done:
			cancel()
		case <-stop:
		}
	})
	end, err := t.load(ctx)
	if err != nil || end != "" {
		return end, err
	}
	if end, err = t.settle.wait(ctx, t.measure); end != Settled || err != nil {
		return end, err
	}
	var scrolled bool
	if err := evaluate(ctx, t.main, t.mainFrame(), fmt.Sprintf("(%s)(%d, %d)", scrollScript, scrollSteps, scrollPause.Milliseconds()), &scrolled); err != nil || !scrolled {
		return t.end.reason(ctx, Settled), nil
	}
	return t.settle.wait(ctx, t.measure)
}

// load navigates to the document and waits until it is loaded.
func (t *tab) load(ctx context.Context) (Reason, error) {
	nav, err := call(ctx, t.main, page.Navigate, page.NavigateParams{URL: t.req.URL})
	if err != nil {
		if t.end.reason(ctx, "") == Moved {
			return Moved, nil
		}
		return Timeout, err // no document has been loaded
	}
	if nav.ErrorText == "" {
		return "", nil
	}
	if end := t.end.reason(ctx, ""); end == Moved {
		return end, nil
	}
	if err := t.requests.documentError(); err != nil {
		return LoadFailed, err
	}
	return LoadFailed, errors.New(nav.ErrorText)
}

// measure returns the current state of the page.
func (t *tab) measure(ctx context.Context) (pageState, error) {
	var state pageState
	err := evaluate(ctx, t.main, t.mainFrame(), fmt.Sprintf("(%s)(%d)", measureScript, maxNodes), &state)
	return state, err
}

// mainFrame returns the frame of the page itself. Its ID is that of the target.
func (t *tab) mainFrame() cdp.FrameID { return cdp.FrameID(t.target) }
