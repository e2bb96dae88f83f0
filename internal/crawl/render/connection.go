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

// connection is a DevTools connection to a browser. chromedp provides the transport and the
// protocol types. This package does not use chromedp's sessions: they enable domains whose
// events a hostile page can send without limit, queue events without limit, and see neither
// cross-site frames nor workers.
type connection struct {
	transport chromedp.Transport
	out       chan *cdproto.Message
	lost      chan struct{} // closed when the connection ends
	cancel    context.CancelFunc
	wg        sync.WaitGroup

	mu       sync.Mutex
	lastID   int64
	pending  map[int64]chan *cdproto.Message
	handlers map[target.SessionID]func(*cdproto.Message)
	closeErr error // why the connection ended; valid after lost is closed
}

// errLost reports that the connection to the browser ended.
var errLost = errors.New("connection to the browser lost")

// newConnection returns a connection over t, which it owns from now on.
func newConnection(t chromedp.Transport) *connection {
	ctx, cancel := context.WithCancel(context.Background())
	c := &connection{
		transport: t, out: make(chan *cdproto.Message, 64), lost: make(chan struct{}), cancel: cancel,
		pending: map[int64]chan *cdproto.Message{}, handlers: map[target.SessionID]func(*cdproto.Message){},
	}
	c.wg.Go(func() { c.read(ctx) })
	c.wg.Go(func() { c.write(ctx) })
	return c
}

// close ends the connection and waits for its goroutines.
func (c *connection) close() {
	c.cancel()
	_ = c.transport.Close()
	c.wg.Wait()
}

// read dispatches responses and events until the connection ends.
func (c *connection) read(ctx context.Context) {
	defer close(c.lost)
	for {
		msg := new(cdproto.Message)
		if err := c.transport.Read(ctx, msg); err != nil {
			c.mu.Lock()
			c.closeErr = err
			c.mu.Unlock()
			return
		}
		c.mu.Lock()
		reply := c.pending[msg.ID]
		delete(c.pending, msg.ID)
		handler := c.handlers[msg.SessionID]
		c.mu.Unlock()
		switch {
		case reply != nil:
			reply <- msg // does not block: the channel has a buffer for one message
		case msg.Method != "" && handler != nil:
			handler(msg)
		}
	}
}

// write sends queued commands until the connection ends.
func (c *connection) write(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.lost:
			return
		case msg := <-c.out:
			if err := c.transport.Write(ctx, msg); err != nil {
				_ = c.transport.Close() // ends the reader, which closes lost
				return
			}
		}
	}
}

// setHandler sets the handler of a session's events; nil removes it. The handler runs in the
// reader's goroutine, so it must neither block nor call commands.
func (c *connection) setHandler(id target.SessionID, f func(*cdproto.Message)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f == nil {
		delete(c.handlers, id)
		return
	}
	c.handlers[id] = f
}

// session is a connection to one target of the browser. The session of the browser itself has no
// ID.
type session struct {
	conn *connection
	id   target.SessionID
}

// call sends a command and waits for its response. Its error wraps errLost if the connection
// ended.
func call[P, R any](ctx context.Context, s session, c cdp.Command[P, R], params P) (R, error) {
	var res R
	reply := make(chan *cdproto.Message, 1)
	id, err := s.enqueue(ctx, c.Method, params, reply)
	if err != nil {
		return res, err
	}
	defer s.conn.forget(id)
	select {
	case <-ctx.Done():
		return res, fmt.Errorf("%s: %w", c.Method, context.Cause(ctx))
	case <-s.conn.lost:
		return res, s.conn.lostError(c.Method)
	case msg := <-reply:
		if msg.Error != nil {
			return res, fmt.Errorf("%s: %w", c.Method, msg.Error)
		}
		if err := jsonv2.Unmarshal(msg.Result, &res, chromedp.DefaultUnmarshalOptions); err != nil {
			return res, fmt.Errorf("%s: parse response: %w", c.Method, err)
		}
		return res, nil
	}
}

// notify sends a command and ignores its response.
func notify[P, R any](ctx context.Context, s session, c cdp.Command[P, R], params P) error {
	_, err := s.enqueue(ctx, c.Method, params, nil)
	return err
}

// enqueue queues a command. reply, unless nil, receives the response.
func (s session) enqueue(ctx context.Context, method string, params any, reply chan *cdproto.Message) (int64, error) {
	raw, err := jsonv2.Marshal(params, chromedp.DefaultMarshalOptions)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", method, err)
	}
	c := s.conn
	c.mu.Lock()
	c.lastID++
	id := c.lastID
	if reply != nil {
		c.pending[id] = reply
	}
	c.mu.Unlock()
	select {
	case c.out <- &cdproto.Message{ID: id, SessionID: s.id, Method: cdproto.MethodType(method), Params: raw}:
		return id, nil
	case <-ctx.Done():
		c.forget(id)
		return 0, fmt.Errorf("%s: %w", method, context.Cause(ctx))
	case <-c.lost:
		c.forget(id)
		return 0, c.lostError(method)
	}
}

// forget removes a command whose response is no longer expected.
func (c *connection) forget(id int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, id)
}

// lostError returns the error of an operation after the connection ended.
func (c *connection) lostError(method string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Errorf("%s: %w: %w", method, errLost, c.closeErr)
}

// decode parses an event's parameters.
func decode[E any](msg *cdproto.Message) (*E, error) {
	e := new(E)
	if err := jsonv2.Unmarshal(msg.Params, e, chromedp.DefaultUnmarshalOptions); err != nil {
		return nil, fmt.Errorf("%s: %w", msg.Method, err)
	}
	return e, nil
}

// maxMessage limits a message of the browser, in bytes. The largest message is the HTML of a
// page: each of its maxHTML characters takes up to six bytes in JSON.
const maxMessage = 8 * maxHTML

// errMessageTooLarge reports a message of more than maxMessage bytes.
var errMessageTooLarge = errors.New("message of the browser exceeds the limit")

// messageLimiter reads from a pipe on which zero bytes separate messages. It fails if a message
// exceeds maxMessage: a page controls the size of its POST bodies, which the browser sends in one
// message.
type messageLimiter struct {
	io.ReadCloser
	size int // bytes of the current message
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
