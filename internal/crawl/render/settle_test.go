package render

import (
	"context"
	"testing"
	"time"
)

func TestAPageSettlesByItsTextAndItsRequests(t *testing.T) {
	t.Parallel()
	const rendered, short = 500, 10
	for _, c := range []struct {
		name        string
		initial     int // bytes of initial text
		pending     int
		text        int
		idle        time.Duration // since the last response
		unchanged   time.Duration
		incomplete  bool
		wantSettled bool
	}{
		{name: "rendered text", text: rendered, idle: settleTime, unchanged: settleTime, wantSettled: true},
		{name: "rendered text that changed", text: rendered, idle: settleTime, unchanged: settleTime - 1},
		{name: "rendered text with a recent response", text: rendered, idle: settleTime - 1, unchanged: settleTime},
		{name: "loading", text: rendered, idle: time.Hour, unchanged: time.Hour, incomplete: true},
		{name: "no text beyond the initial text", initial: rendered, text: rendered, idle: settleTime, unchanged: settleTime},
		{name: "full initial text", initial: fullPageText, text: fullPageText, idle: fullPageSettleTime, unchanged: fullPageSettleTime, wantSettled: true},
		{name: "short text", text: short, idle: shortTextSettleTime - 1, unchanged: shortTextSettleTime},
		{name: "short text after a long time", text: short, idle: shortTextSettleTime, unchanged: shortTextSettleTime, wantSettled: true},
		{name: "rendered text with a pending request", pending: 1, text: rendered, idle: time.Hour, unchanged: busySettleTime - 1},
		{name: "rendered text with a pending request after a long time", pending: 1, text: rendered, unchanged: busySettleTime, wantSettled: true},
		{name: "short text with a pending request", pending: 1, text: short, unchanged: blankSettleTime - 1},
		{name: "short text with a pending request after a long time", pending: 1, text: short, unchanged: blankSettleTime, wantSettled: true},
	} {
		now := time.Now()
		d := newSettleDetector(newPageEnd(), now.Add(-time.Hour))
		d.recordInitialText(c.initial)
		for range c.pending + 1 {
			d.requestStarted()
		}
		d.requestDone(now.Add(-c.idle))
		state := pageState{Text: c.text, Complete: !c.incomplete}
		if got := d.isSettled(state, now.Add(-c.unchanged), now); got != c.wantSettled {
			t.Errorf("%s: settled is %v, want %v", c.name, got, c.wantSettled)
		}
	}
}

func TestWaitingForAPageEndsWithAReason(t *testing.T) {
	t.Parallel()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	moved := newPageEnd()
	moved.set(Moved, nil)
	for _, c := range []struct {
		name  string
		ctx   context.Context
		end   *pageEnd
		state pageState
		err   error
		want  Reason
	}{
		{"settled", t.Context(), newPageEnd(), pageState{Text: minRenderedText, Complete: true}, nil, Settled},
		{"timeout", canceled, newPageEnd(), pageState{}, context.Canceled, Timeout},
		{"ended page", t.Context(), moved, pageState{}, nil, Moved},
		{"lost connection", t.Context(), newPageEnd(), pageState{}, errLost, Crashed},
		{"too many nodes", t.Context(), newPageEnd(), pageState{TooLarge: true}, nil, TooLarge},
	} {
		d := newSettleDetector(c.end, time.Now())
		got, err := d.wait(c.ctx, func(context.Context) (pageState, error) { return c.state, c.err })
		if wantErr := c.want == Crashed || c.want == TooLarge; got != c.want || (err != nil) != wantErr {
			t.Errorf("%s: ended with %s, %v, want %s", c.name, got, err, c.want)
		}
	}
}
