package run

import (
	"errors"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

func TestTheCauseOfAnInterruptionDeterminesTheFinalState(t *testing.T) {
	t.Parallel()
	interrupted := crawl.Result{Reason: crawl.StopInterrupted}
	for name, c := range map[string]struct {
		res        crawl.Result
		err, cause error
		state      store.RunState
		reason     crawl.StopReason
		refund     bool
	}{
		"converged":                     {crawl.Result{Reason: crawl.StopConverged}, nil, nil, store.RunComplete, crawl.StopConverged, false},
		"converged during a shutdown":   {crawl.Result{Reason: crawl.StopConverged}, nil, ErrShutdown, store.RunComplete, crawl.StopConverged, false},
		"access denied":                 {crawl.Result{Reason: crawl.StopAccessDenied}, nil, nil, store.RunFailed, crawl.StopAccessDenied, false},
		"error":                         {interrupted, errors.New("disk full"), ErrSuspend, store.RunFailed, crawl.StopInternal, false},
		"stopped by its owner":          {interrupted, nil, ErrStop, store.RunComplete, crawl.StopRequested, false},
		"cancelled by its owner":        {interrupted, nil, ErrCancel, store.RunFailed, crawl.StopCancelled, false},
		"suspended by its owner":        {interrupted, nil, ErrSuspend, store.RunInterrupted, crawl.StopInterrupted, true},
		"shutdown of the worker":        {interrupted, nil, ErrShutdown, store.RunPending, "", true},
		"context cancelled by a caller": {interrupted, nil, nil, store.RunInterrupted, crawl.StopInterrupted, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state, reason := finalState(c.res, c.err, c.cause)
			if state != c.state || reason != c.reason {
				t.Errorf("got %s, %s; want %s, %s", state, reason, c.state, c.reason)
			}
			if got := refundsAttempt(state, c.cause); got != c.refund {
				t.Errorf("refunds the attempt: %t, want %t", got, c.refund)
			}
		})
	}
}

func TestEachStopReasonHasAMessageOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, documents := range []int{0, 2} {
		seen := map[string]crawl.StopReason{}
		for _, r := range []crawl.StopReason{
			crawl.StopFrontierEmpty, crawl.StopConverged, crawl.StopPageLimit, crawl.StopTimeLimit, crawl.StopInterrupted, crawl.StopRequested, crawl.StopRobotsDisallowed,
			crawl.StopAccessDenied, crawl.StopSiteUnreachable, crawl.StopCancelled, crawl.StopInternal,
		} {
			if r == crawl.StopConverged && documents == 0 { // a crawl converges when it has found documents
				continue
			}
			m := finalMessage(r, crawl.Result{Reason: r}, nil, store.DocumentCounts{New: int64(documents)}, errors.New("disk full\nstack"))
			if strings.Contains(m, "%!") || strings.Contains(m, "; .") || strings.Contains(m, "stack") || !strings.HasSuffix(strings.TrimSuffix(m, "disk full"), ".") && r != crawl.StopInternal || seen[m] != "" {
				t.Errorf("%s: %q (as %s)", r, m, seen[m])
			}
			seen[m] = r
		}
	}
	if m := finalMessage("", crawl.Result{}, nil, store.DocumentCounts{New: 1}, nil); m != "" {
		t.Errorf("a run that is released to the queue has the message %q", m)
	}
}

func TestTheMessageNamesKnownDocumentsWithoutText(t *testing.T) {
	t.Parallel()
	c := store.DocumentCounts{Unchanged: 9, Broken: 1, NotVisited: 38}
	if m := finalMessage(crawl.StopPageLimit, crawl.Result{}, nil, c, nil); !strings.HasPrefix(m, "Found 9 documents;") || !strings.Contains(m, "; known documents: 1 broken, 38 not visited") {
		t.Errorf("the message is %q", m)
	}
	if m := finalMessage(crawl.StopConverged, crawl.Result{}, nil, store.DocumentCounts{Unreachable: 2}, nil); strings.Contains(m, "pin the URLs") || !strings.Contains(m, "2 unreachable") {
		t.Errorf("the message is %q", m)
	}
}
