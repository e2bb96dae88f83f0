package httpapi

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// addStream adds GET /v1/stream, whose events are sent by the test.
func (a *testAPI) addStream(events <-chan Event, stopped chan<- struct{}) {
	registerStream(a.server, Operation{ID: "stream", Path: "/v1/stream", Scope: store.ScopeRead, Summary: "Stream"}, map[string]any{"progress": echoBody{}, "end": struct{}{}},
		func(_ context.Context, _ service.Caller, in *StreamInput) (*eventStream, error) {
			first := make(chan Event)
			go func() {
				defer close(first)
				first <- Event{ID: in.after(0) + 1, Name: "progress", Data: echoBody{Text: "a\nb"}}
				for e := range events {
					first <- e
				}
			}()
			return &eventStream{Events: first, Stop: func() { stopped <- struct{}{} }}, nil
		})
}

// open opens the stream with a Last-Event-ID, or none.
func (a *testAPI) open(ctx context.Context, last string) (*http.Response, *bufio.Reader) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url+"/v1/stream", nil)
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+adminKey)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = resp.Body.Close() })
	return resp, bufio.NewReader(resp.Body)
}

// block reads up to the next empty line.
func block(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	var out strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("read the stream after %q: %v", out.String(), err)
		}
		if line == "\n" {
			return out.String()
		}
		out.WriteString(line)
	}
}

func TestAStreamResumesAndEndsWithItsLastEvent(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	events, stopped := make(chan Event), make(chan struct{}, 1)
	a.addStream(events, stopped)
	resp, r := a.open(t.Context(), "41")
	if resp.Header.Get("Content-Type") != "text/event-stream" || resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("X-Accel-Buffering") != "no" {
		t.Errorf("the headers are %v", resp.Header)
	}
	if got := block(t, r); got != "retry: 3000\n" {
		t.Errorf("the stream starts with %q", got)
	}
	if got := block(t, r); got != "id: 42\nevent: progress\ndata: {\"text\":\"a\\nb\",\"call\":0}\n" {
		t.Errorf("the event is %q", got)
	}
	events <- Event{ID: 43, Name: "end", Data: struct{}{}, Last: true}
	if got := block(t, r); got != "id: 43\nevent: end\ndata: {}\n" {
		t.Errorf("the last event is %q", got)
	}
	if rest, err := io.ReadAll(r); err != nil || len(rest) > 0 {
		t.Errorf("the stream continues with %q, %v", rest, err)
	}
	<-stopped
	close(events)
}

func TestAStreamEndsWithItsClient(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	events, stopped := make(chan Event), make(chan struct{}, 1)
	a.addStream(events, stopped)
	ctx, cancel := context.WithCancel(t.Context())
	_, r := a.open(ctx, "")
	block(t, r)
	block(t, r)
	cancel()
	<-stopped
	close(events)
}

func TestAStreamEndsWithTheProcess(t *testing.T) {
	t.Parallel()
	process, stop := context.WithCancel(t.Context())
	a := newTestAPI(t, func(o *Options) { o.Stop = process })
	events, stopped := make(chan Event), make(chan struct{}, 1)
	a.addStream(events, stopped)
	_, r := a.open(t.Context(), "")
	block(t, r)
	block(t, r)
	stop()
	<-stopped
	if _, err := io.ReadAll(r); err != nil {
		t.Errorf("the stream is cut: %v", err)
	}
	close(events)
}

func TestAStreamHasRoomForALimitedNumberOfClients(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, func(o *Options) { o.Limits.Streams = 1 })
	events, stopped := make(chan Event), make(chan struct{}, 1)
	a.addStream(events, stopped)
	ctx, cancel := context.WithCancel(t.Context())
	_, r := a.open(ctx, "")
	block(t, r)
	block(t, r)
	full := a.call("GET", "/v1/stream", "")
	if p := decode[Problem](t, full, 503); full.Header.Get("Retry-After") == "" || !p.Retryable {
		t.Errorf("a stream too many gives %s", full.body)
	}
	if r := a.call("GET", "/v1/keys", ""); r.StatusCode != 200 {
		t.Errorf("streams leave no room for other requests: %d", r.StatusCode)
	}
	cancel()
	<-stopped
	close(events)
}

func TestAMalformedLastEventIDIsRefusedBeforeTheStream(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addStream(nil, nil)
	for _, last := range []string{"x", "-1", strings.Repeat("9", 21)} {
		if r := a.call("GET", "/v1/stream", "", "Last-Event-ID", last); r.StatusCode != 422 || r.Header.Get("Content-Type") != problemType {
			t.Errorf("Last-Event-ID %s: status %d: %s", last, r.StatusCode, r.body)
		}
	}
}
