package run

import (
	"errors"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// The causes with which the context of a run is cancelled.
var (
	// ErrStop ends the run as Complete with the documents found so far.
	ErrStop = errors.New("the crawl was stopped by its owner")
	// ErrSuspend leaves the run Interrupted until its owner resumes it.
	ErrSuspend = errors.New("the crawl was suspended by its owner")
	// ErrCancel ends the run as Failed. It cannot resume.
	ErrCancel = errors.New("the crawl was cancelled by its owner")
	// ErrShutdown releases the run to the queue, because the process of the worker ends.
	ErrShutdown = errors.New("the worker is shutting down")
)

// finalState returns the state in which a run ends and its stop reason, which is empty if
// the run is released to the queue. err is the error of the crawl and cause the cause with
// which its context ended, if it did.
func finalState(res crawl.Result, err, cause error) (store.RunState, crawl.StopReason) {
	switch {
	case err != nil:
		return store.RunFailed, crawl.StopInternal
	case res.Reason.Failed():
		return store.RunFailed, res.Reason
	case res.Reason != crawl.StopInterrupted:
		return store.RunComplete, res.Reason
	case errors.Is(cause, ErrStop):
		return store.RunComplete, crawl.StopRequested
	case errors.Is(cause, ErrCancel):
		return store.RunFailed, crawl.StopCancelled
	case errors.Is(cause, ErrShutdown):
		return store.RunPending, ""
	default:
		return store.RunInterrupted, crawl.StopInterrupted
	}
}

// refundsAttempt reports whether a run that ended with a cause did not use up the attempt
// that was counted when it was claimed: neither a shutdown nor a pause is a failure.
func refundsAttempt(state store.RunState, cause error) bool {
	return state == store.RunPending || state == store.RunInterrupted && errors.Is(cause, ErrSuspend)
}
