package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/clausea/crawler/internal/service"
)

const (
	// heartbeat is the time between two comments on a stream without events. Railway ends a
	// response that sends nothing for 5 minutes; many proxies do after one.
	heartbeat = 15 * time.Second
	// maxStreamTime is when the server ends a stream. The client connects again and continues.
	// Railway ends every response after 15 minutes.
	maxStreamTime = 14 * time.Minute
	// streamWriteTimeout is how long a client may not read before its stream is ended.
	streamWriteTimeout = 10 * time.Second
	// streamRetry is when a client shall connect again, in milliseconds.
	streamRetry = 3000
)

// Event is an event of a stream (https://html.spec.whatwg.org/#server-sent-events).
type Event struct {
	// ID is the sequence number that Last-Event-ID resumes after. 0 has no ID, unless SendZero
	// is set.
	ID       int64
	SendZero bool
	Name     string
	Data     any // encoded as JSON
	// Last ends the stream after this event, for good.
	Last bool
}

// eventStream is a source of events: the next calls of its channel, until it is closed.
type eventStream struct {
	Events <-chan Event
	// Stop releases the source. It is called once.
	Stop func()
}

// StreamInput are the parameters of every stream. An input embeds it.
type StreamInput struct {
	LastEventID string `header:"Last-Event-ID" maxLength:"20" pattern:"^[0-9]*$" doc:"Resumes after the event with this ID. EventSource sends it by itself."`
}

// after returns the ID after which to resume, or absent if the client names none.
func (in StreamInput) after(absent int64) int64 {
	n, err := strconv.ParseInt(in.LastEventID, 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) { // beyond the range, n is the greatest number
		return absent
	}
	return n
}

// registerStream adds a route whose response is a stream of events. events has an example of the
// data of each event by its name. open returns the source, or an error that is reported as a
// problem.
func registerStream[I any](s *Server, op Operation, events map[string]any, open func(ctx context.Context, caller service.Caller, in *I) (*eventStream, error)) {
	op.Method, op.Stream = http.MethodGet, true
	op.Responses = map[string]*huma.Response{"200": {
		Description: "A stream of events. It ends after 14 minutes; connect again with Last-Event-ID.",
		Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: eventSchema(s.api.OpenAPI().Components.Schemas, events)}},
	}}
	register(s, op, func(ctx context.Context, caller service.Caller, in *I) (*huma.StreamResponse, error) {
		source, err := open(ctx, caller, in)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			defer source.Stop()
			_, w := humago.Unwrap(hc)
			s.metrics.streams.Inc()
			defer s.metrics.streams.Dec()
			if hc.Method() == http.MethodHead {
				setStreamHeaders(w.Header())
				return
			}
			s.send(hc.Context(), w, source.Events)
		}}, nil
	})
}

// send writes events until there are no more, the client disconnects, or the process stops.
func (s *Server) send(ctx context.Context, w http.ResponseWriter, events <-chan Event) {
	setStreamHeaders(w.Header())
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{})
	write := func(b []byte) bool {
		if err := control.SetWriteDeadline(time.Now().Add(streamWriteTimeout)); err != nil {
			return false
		}
		if _, err := w.Write(b); err != nil {
			return false
		}
		return control.Flush() == nil
	}
	if !write(fmt.Appendf(nil, "retry: %d\n\n", streamRetry)) {
		return
	}
	var stop <-chan struct{}
	if s.o.Stop != nil {
		stop = s.o.Stop.Done()
	}
	beat, end := time.NewTicker(heartbeat), time.NewTimer(maxStreamTime)
	defer beat.Stop()
	defer end.Stop()
	for {
		select {
		case e, ok := <-events:
			if !ok || !write(e.encode()) || e.Last {
				return
			}
		case <-beat.C:
			if !write([]byte(": \n\n")) {
				return
			}
		case <-end.C:
			return
		case <-stop:
			return
		case <-ctx.Done():
			return
		}
	}
}

func setStreamHeaders(h http.Header) {
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx
}

// encode returns the event as it is sent. JSON contains no line break.
func (e Event) encode() []byte {
	var out bytes.Buffer
	if e.ID > 0 || e.SendZero {
		fmt.Fprintf(&out, "id: %d\n", e.ID)
	}
	if e.Name != "" {
		fmt.Fprintf(&out, "event: %s\n", e.Name)
	}
	data, err := json.Marshal(e.Data)
	if err != nil {
		data = []byte("{}") // the data types of this package can be encoded
	}
	fmt.Fprintf(&out, "data: %s\n\n", data)
	return out.Bytes()
}

// eventSchema describes the events of a stream, as generators of clients expect it.
func eventSchema(registry huma.Registry, events map[string]any) *huma.Schema {
	names := make([]string, 0, len(events))
	for name := range events {
		names = append(names, name)
	}
	slices.Sort(names)
	all := &huma.Schema{Type: huma.TypeObject}
	for _, name := range names {
		all.OneOf = append(all.OneOf, &huma.Schema{
			Type: huma.TypeObject, Required: []string{"event", "data"},
			Properties: map[string]*huma.Schema{
				"id":    {Type: huma.TypeInteger},
				"event": {Type: huma.TypeString, Enum: []any{name}},
				"data":  registry.Schema(reflect.TypeOf(events[name]), true, strings.ToUpper(name[:1])+name[1:]+"Event"),
			},
		})
	}
	return all
}
