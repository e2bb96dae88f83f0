package testclient

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Event is an event that a client received.
type Event struct{ ID, Name, Data string }

// Stream reads the events of a stream until it is closed. The end of the test closes it too.
type Stream struct {
	Close  func()
	t      *testing.T
	reader *bufio.Reader
}

// streamTime is how long a stream may last. It ends a test whose event does not come.
const streamTime = 3 * time.Minute

// Follow opens a stream of events after the one with an ID or, if lastEventID is empty, as the
// route begins it.
func Follow(t *testing.T, url, key, lastEventID string) *Stream {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), streamTime)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	if lastEventID != "" {
		req.Header.Set("Last-Event-ID", lastEventID)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	end := func() {
		cancel()
		_ = resp.Body.Close()
	}
	t.Cleanup(end)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("the stream %s has status %d and %v", url, resp.StatusCode, resp.Header)
	}
	return &Stream{end, t, bufio.NewReader(resp.Body)}
}

// Next returns the next event, or false at the end of the stream.
func (s *Stream) Next() (e Event, ok bool) {
	for {
		line, err := s.reader.ReadString('\n')
		if err != nil {
			return e, false
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch {
		case line == "\n" && e.Name != "":
			return e, true
		case field == "id":
			e.ID = value
		case field == "event":
			e.Name = value
		case field == "data":
			e.Data = value
		}
	}
}

// Await returns the next event with a name, or with any if name is empty. The test fails if the
// stream ends before.
func (s *Stream) Await(name string) Event {
	s.t.Helper()
	for {
		e, ok := s.Next()
		if !ok {
			s.t.Fatalf("the stream ended before the event %q", name)
		}
		if name == "" || e.Name == name {
			return e
		}
	}
}
