package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// connection is one connection to a browser. chromedp gives the transport and the
// protocol's types. Its own sessions are not used: they switch on domains whose
// events a hostile page can send without end, keep them in queues without a bound,
// and see neither the frames of other sites nor workers.
type connection struct {
	transport chromedp.Transport
	out       chan *cdproto.Message
	lost      chan struct{} // closed when the connection is over
	cancel    context.CancelFunc
	wg        sync.WaitGroup

	mu       sync.Mutex
	lastID   int64
	pending  map[int64]chan *cdproto.Message
	handlers map[target.SessionID]func(*cdproto.Message)
	closeErr error // why it is over; read after lost
}

// errLost says that the browser went away.
var errLost = errors.New("the connection to the browser is lost")

// newConnection speaks over t, which it owns from now on.
func newConnection(t chromedp.Transport) *connection {
	ctx, cancel := context.WithCancel(context.Background())
	l := &connection{
		transport: t, out: make(chan *cdproto.Message, 64), lost: make(chan struct{}), cancel: cancel,
		pending: map[int64]chan *cdproto.Message{}, handlers: map[target.SessionID]func(*cdproto.Message){},
	}
	l.wg.Go(func() { l.read(ctx) })
	l.wg.Go(func() { l.write(ctx) })
	return l
}

// close ends the connection and waits for its goroutines.
func (l *connection) close() {
	l.cancel()
	_ = l.transport.Close()
	l.wg.Wait()
}

func (l *connection) read(ctx context.Context) {
	defer close(l.lost)
	for {
		msg := new(cdproto.Message)
		if err := l.transport.Read(ctx, msg); err != nil {
			l.mu.Lock()
			l.closeErr = err
			l.mu.Unlock()
			return
		}
		l.mu.Lock()
		answer := l.pending[msg.ID]
		delete(l.pending, msg.ID)
		handler := l.handlers[msg.SessionID]
		l.mu.Unlock()
		switch {
		case answer != nil:
			answer <- msg // it has room for one
		case msg.Method != "" && handler != nil:
			handler(msg)
		}
	}
}

func (l *connection) write(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.lost:
			return
		case msg := <-l.out:
			if err := l.transport.Write(ctx, msg); err != nil {
				_ = l.transport.Close() // the reader ends, and says so to all
				return
			}
		}
	}
}

// setHandler gives a session's events to f, or to nobody where f is nil. f runs in the
// reader's goroutine: it must neither block nor call.
func (l *connection) setHandler(id target.SessionID, f func(*cdproto.Message)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f == nil {
		delete(l.handlers, id)
		return
	}
	l.handlers[id] = f
}

// session is one target's part of a link; the browser's own has no id.
type session struct {
	conn *connection
	id   target.SessionID
}

// call does one command and waits for its answer.
func call[P, R any](ctx context.Context, s session, c cdp.Command[P, R], params P) (R, error) {
	var res R
	answer := make(chan *cdproto.Message, 1)
	id, err := s.enqueue(ctx, c.Method, params, answer)
	if err != nil {
		return res, err
	}
	defer s.conn.forget(id)
	select {
	case <-ctx.Done():
		return res, fmt.Errorf("%s: %w", c.Method, context.Cause(ctx))
	case <-s.conn.lost:
		return res, s.conn.lostError(c.Method)
	case msg := <-answer:
		if msg.Error != nil {
			return res, fmt.Errorf("%s: %w", c.Method, msg.Error)
		}
		if err := jsonv2.Unmarshal(msg.Result, &res, chromedp.DefaultUnmarshalOptions); err != nil {
			return res, fmt.Errorf("%s: read the answer: %w", c.Method, err)
		}
		return res, nil
	}
}

// notify does one command whose answer doesn't matter.
func notify[P, R any](ctx context.Context, s session, c cdp.Command[P, R], params P) error {
	_, err := s.enqueue(ctx, c.Method, params, nil)
	return err
}

func (s session) enqueue(ctx context.Context, method string, params any, answer chan *cdproto.Message) (int64, error) {
	raw, err := jsonv2.Marshal(params, chromedp.DefaultMarshalOptions)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", method, err)
	}
	l := s.conn
	l.mu.Lock()
	l.lastID++
	id := l.lastID
	if answer != nil {
		l.pending[id] = answer
	}
	l.mu.Unlock()
	select {
	case l.out <- &cdproto.Message{ID: id, SessionID: s.id, Method: cdproto.MethodType(method), Params: raw}:
		return id, nil
	case <-ctx.Done():
		l.forget(id)
		return 0, fmt.Errorf("%s: %w", method, context.Cause(ctx))
	case <-l.lost:
		l.forget(id)
		return 0, l.lostError(method)
	}
}

func (l *connection) forget(id int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.pending, id)
}

func (l *connection) lostError(method string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return fmt.Errorf("%s: %w: %w", method, errLost, l.closeErr)
}

// decode reads an event's parameters.
func decode[E any](msg *cdproto.Message) (*E, error) {
	e := new(E)
	if err := jsonv2.Unmarshal(msg.Params, e, chromedp.DefaultUnmarshalOptions); err != nil {
		return nil, fmt.Errorf("%s: %w", msg.Method, err)
	}
	return e, nil
}

// maxMessage bounds one message of the browser, in bytes. The largest is a page's
// HTML, of which maxHTML characters take up to six bytes each in JSON.
const maxMessage = 8 * maxHTML

var errMessageTooLarge = errors.New("a message of the browser is larger than the limit")

// messageLimiter is the end of a pipe from which zero bytes part the messages. It fails
// where one is too large: a page decides how large the body of its POST is, and
// the browser hands it on whole.
type messageLimiter struct {
	io.ReadCloser
	size int // of the message that is being read
}

// Read implements io.Reader.
func (b *messageLimiter) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if i := bytes.LastIndexByte(p[:n], 0); i >= 0 {
		b.size = n - 1 - i
	} else {
		b.size += n
	}
	if b.size > maxMessage {
		return 0, errMessageTooLarge
	}
	return n, err
}
