package render

import (
	"context"
	"errors"
	"testing"
)

func TestTheFirstCauseEndsAPage(t *testing.T) {
	t.Parallel()
	e := newPageEnd()
	if r := e.reason(t.Context(), Settled); r != Settled {
		t.Errorf("a page that has not ended has the reason %s, want settled", r)
	}
	first := errors.New("first")
	e.set(Memory, first)
	e.set(Flood, errors.New("second"))
	<-e.done
	if r := e.reason(t.Context(), Settled); r != Memory || !errors.Is(e.causeError(), first) {
		t.Errorf("the page ended with %s, %v, want memory, first", r, e.causeError())
	}
}

func TestTheErrorOfAPageNamesItsCause(t *testing.T) {
	t.Parallel()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	other := errors.New("other")
	for _, c := range []struct {
		name  string
		ctx   context.Context
		cause Reason // recorded
		err   error
		want  Reason
	}{
		{"recorded cause", canceled, Flood, other, Flood},
		{"end of the caller", canceled, "", other, Canceled},
		{"navigation to another page", t.Context(), Moved, other, LoadFailed},
		{"lost connection", t.Context(), "", errLost, Crashed},
		{"other error", t.Context(), "", other, LoadFailed},
	} {
		end := newPageEnd()
		if c.cause != "" {
			end.set(c.cause, errors.New("recorded"))
		}
		var e *Error
		if err := end.newError(c.ctx, "http://a.test/", LoadFailed, c.err); !errors.As(err, &e) || e.Reason != c.want || e.Err == nil {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func TestAPanicOfATaskIsReported(t *testing.T) {
	t.Parallel()
	reported := make(chan error, 1)
	g := &taskGroup{onPanic: func(err error) { reported <- err }}
	g.run(func() { panic("a bug") })
	g.wait()
	if err := <-reported; err.Error() != "panic: a bug" {
		t.Errorf("reported %v", err)
	}
}

func TestTooManyRefusalsEndAPage(t *testing.T) {
	t.Parallel()
	end := newPageEnd()
	c := newRefusalCounter(end)
	for range maxRefusals {
		c.record(RefusedKind)
	}
	if r := end.reason(t.Context(), ""); r != "" {
		t.Errorf("after %d refusals, the page ended with %s", maxRefusals, r)
	}
	c.record(RefusedScheme)
	if r := end.reason(t.Context(), ""); r != Flood {
		t.Errorf("after %d refusals, the page ended with %q, want flood", maxRefusals+1, r)
	}
	if n := c.counts(); n[RefusedKind] != maxRefusals || n[RefusedScheme] != 1 {
		t.Errorf("counted %v", n)
	}
}

func TestTheChildrenOfAPageAreLimited(t *testing.T) {
	t.Parallel()
	var l childList
	for n := range maxChildren {
		if !l.add(child{frame: n%2 == 0}) {
			t.Fatalf("child %d is rejected", n)
		}
	}
	if l.add(child{}) {
		t.Errorf("child %d is accepted", maxChildren)
	}
	if all, frames := len(l.sessions()), len(l.frameSessions()); all != maxChildren || frames != maxChildren/2 {
		t.Errorf("%d sessions with %d frames", all, frames)
	}
}
