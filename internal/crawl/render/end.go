package render

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// pageEnd records why a page ended. The first cause takes precedence. It is safe for
// concurrent use.
type pageEnd struct {
	done chan struct{} // closed when the page ends

	mu    sync.Mutex
	cause Reason // empty until the page ends
	err   error
}

func newPageEnd() *pageEnd { return &pageEnd{done: make(chan struct{})} }

// set ends the page with a reason. Later calls have no effect.
func (e *pageEnd) set(reason Reason, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.cause == "" {
		e.cause, e.err = reason, err
		close(e.done)
	}
}

// reason returns why the page has ended, or otherwise if it has not. If only ctx has ended,
// the reason is Timeout.
func (e *pageEnd) reason(ctx context.Context, otherwise Reason) Reason {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.cause != "":
		return e.cause
	case ctx.Err() != nil:
		return Timeout
	default:
		return otherwise
	}
}

// causeError returns the error of the recorded cause, nil if it has none.
func (e *pageEnd) causeError() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

// newError returns the Error of the page at url. The recorded cause takes precedence over
// reason and err. ctx is the context of the caller.
func (e *pageEnd) newError(ctx context.Context, url string, reason Reason, err error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.cause != "" && e.cause != Moved:
		reason, err = e.cause, e.err
	case ctx.Err() != nil:
		reason, err = Canceled, ctx.Err()
	case errors.Is(err, errLost):
		reason = Crashed
	}
	return &Error{Reason: reason, URL: url, Err: err}
}

// taskGroup runs the goroutines of a page.
type taskGroup struct {
	wg      sync.WaitGroup
	onPanic func(error)
}

// run runs f in a goroutine. A panic of f is passed to onPanic.
func (g *taskGroup) run(f func()) {
	g.wg.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				g.onPanic(fmt.Errorf("panic: %v", r))
			}
		}()
		f()
	})
}

// wait waits until all goroutines have ended.
func (g *taskGroup) wait() { g.wg.Wait() }
