package render

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

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

// settleDetector decides when a page is settled, from its requests and from the state that
// measure.js reports. It is safe for concurrent use.
type settleDetector struct {
	end *pageEnd

	mu              sync.Mutex
	pendingRequests int // requests without a response
	lastActivity    time.Time
	initialText     int // bytes of text in the document before its scripts run
}

func newSettleDetector(end *pageEnd, now time.Time) *settleDetector {
	return &settleDetector{end: end, lastActivity: now}
}

// requestStarted records that a request is pending.
func (d *settleDetector) requestStarted() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pendingRequests++
}

// requestDone records that a request was answered.
func (d *settleDetector) requestDone(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pendingRequests--
	d.lastActivity = now
}

// recordInitialText records the length of the document's text before its scripts run, in bytes.
func (d *settleDetector) recordInitialText(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.initialText = n
}

// wait waits until the page settles, and calls measure at each poll.
func (d *settleDetector) wait(ctx context.Context, measure func(context.Context) (pageState, error)) (Reason, error) {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	last, since := pageState{Text: -1}, time.Now()
	for {
		state, err := measure(ctx)
		if end := d.end.reason(ctx, ""); end != "" {
			return end, nil
		}
		if errors.Is(err, errLost) {
			return Crashed, err
		}
		if state.TooLarge {
			return TooLarge, fmt.Errorf("page has more than %d nodes", maxNodes)
		}
		now := time.Now()
		if err != nil || state.Text != last.Text || state.Nodes != last.Nodes {
			last, since = state, now
		}
		if err == nil && d.isSettled(state, since, now) {
			return Settled, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return d.end.reason(ctx, Timeout), nil
		}
	}
}

// isSettled reports whether a page is settled now that has not changed since a time.
func (d *settleDetector) isSettled(s pageState, since, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !s.Complete {
		return false
	}
	rendered := s.Text >= d.initialText+minRenderedText
	unchanged := now.Sub(since)
	idle := unchanged
	if d.pendingRequests > 0 {
		idle = 0
	} else {
		idle = min(idle, now.Sub(d.lastActivity))
	}
	switch {
	case rendered && idle >= settleTime, d.initialText >= fullPageText && idle >= fullPageSettleTime:
		return true
	case idle >= shortTextSettleTime:
		return true
	default:
		return rendered && unchanged >= busySettleTime || unchanged >= blankSettleTime
	}
}
