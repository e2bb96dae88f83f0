package apitest

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

// event is an event that a client received.
type event struct{ id, name, data string }

// follower reads the events of a stream until it is closed.
type follower struct {
	t      *testing.T
	reader *bufio.Reader
	close  func()
}

// follow opens a stream of events after the one with an ID, or from its start.
func (d *deployment) follow(path, lastEventID string) *follower {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), time.Minute)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+adminKey)
	if lastEventID != "" {
		req.Header.Set("Last-Event-ID", lastEventID)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		d.t.Fatal(err)
	}
	stop := func() {
		cancel()
		_ = resp.Body.Close()
	}
	d.t.Cleanup(stop)
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		d.t.Fatalf("the stream has status %d and %v", resp.StatusCode, resp.Header)
	}
	return &follower{d.t, bufio.NewReader(resp.Body), stop}
}

// next returns the next event with a name. It skips others.
func (f *follower) next(name string) event {
	f.t.Helper()
	var e event
	for {
		line, err := f.reader.ReadString('\n')
		if err != nil {
			f.t.Fatalf("the stream ended before the event %s: %v", name, err)
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch {
		case line == "\n" && e.name == name:
			return e
		case line == "\n":
			e = event{}
		case field == "id":
			e.id = value
		case field == "event":
			e.name = value
		case field == "data":
			e.data = value
		}
	}
}
