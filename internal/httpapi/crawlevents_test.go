package httpapi

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// streamed is an event that a client received.
type streamed struct {
	id, name, data string
}

// streamClient reads the events of a stream. It ends when the client closes it.
type streamClient struct {
	t      *testing.T
	reader *bufio.Reader
	close  func()
}

// follow connects to the events of a crawl at a server.
func openCrawlEvents(t *testing.T, url, id, lastEventID string) *streamClient {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	req, err := http.NewRequestWithContext(ctx, "GET", url+"/v1/crawls/"+id+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+adminKey)
	if lastEventID != "" {
		req.Header.Set("Last-Event-ID", lastEventID)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	closeAll := func() {
		cancel()
		_ = resp.Body.Close()
	}
	t.Cleanup(closeAll)
	if resp.StatusCode != 200 {
		t.Fatalf("the stream has status %d", resp.StatusCode)
	}
	return &streamClient{t, bufio.NewReader(resp.Body), closeAll}
}

// next returns the next event, or false at the end of the stream.
func (c *streamClient) next() (streamed, bool) {
	c.t.Helper()
	var e streamed
	for {
		line, err := c.reader.ReadString('\n')
		if err != nil {
			return e, false
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch {
		case line == "\n" && e.name != "":
			return e, true
		case field == "id":
			e.id = value
		case field == "event":
			e.name = value
		case field == "data":
			e.data = value
		}
	}
}

// log returns the next event of the log.
func (c *streamClient) log() (streamed, bool) {
	c.t.Helper()
	for {
		if e, ok := c.next(); !ok || e.name == "event" {
			return e, ok
		}
	}
}

// appendEvents appends events to a run, whose IDs continue after n others.
func appendEvents(a *testAPI, run string, n int, types ...store.RunEventType) {
	a.t.Helper()
	var events []store.RunEvent
	for i, kind := range types {
		events = append(events, store.RunEvent{ID: fmt.Sprint("e", n+i), At: time.Now(), Type: kind, Reason: "Complete", Message: fmt.Sprint("message ", n+i)})
	}
	if err := a.store.AppendRunEvents(a.t.Context(), store.Fence{}, run, events); err != nil {
		a.t.Fatal(err)
	}
}

// secondReplica serves the same store from another Server.
func (a *testAPI) secondReplica() string {
	a.t.Helper()
	o := a.server.o
	server, err := New(o)
	if err != nil {
		a.t.Fatal(err)
	}
	h := httptest.NewServer(server.Handler())
	a.t.Cleanup(h.Close)
	return h.URL
}

func TestAClientThatConnectsToAnotherReplicaReceivesEachEventOnce(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.createCompany("acme.example")
	crawl := a.startCrawl("acme.example")
	a.queueRun(crawl, nil)
	appendEvents(a, crawl.ID, 0, store.RunStateChanged, store.RunDocumentFound, store.RunFailure)
	var ids []string
	first := openCrawlEvents(t, a.url, crawl.ID, "")
	for range 2 {
		e, ok := first.log()
		if !ok {
			t.Fatal("the stream ended")
		}
		ids = append(ids, e.id)
	}
	first.close()
	appendEvents(a, crawl.ID, 3, store.RunHostSlowed)
	second := openCrawlEvents(t, a.secondReplica(), crawl.ID, ids[len(ids)-1])
	for range 2 {
		e, ok := second.log()
		if !ok {
			t.Fatal("the stream ended")
		}
		ids = append(ids, e.id)
	}
	// The crawl ends: its record is stored before the event.
	a.queueRun(crawl, ended)
	appendEvents(a, crawl.ID, 4, store.RunVersionStored, store.RunStateChanged)
	var last streamed
	for e, ok := second.next(); ok; e, ok = second.next() {
		if last = e; e.name == "event" {
			ids = append(ids, e.id)
		}
	}
	if got := strings.Join(ids, " "); got != "1 2 3 4 5 6" {
		t.Errorf("the client received the events %s", got)
	}
	var c Crawl
	if err := json.Unmarshal([]byte(last.data), &c); err != nil || last.name != "end" || last.id != "" || c.State != "Complete" {
		t.Errorf("the last event is %+v, %v", last, err)
	}
}

func TestAStreamOfACrawlThatHasEndedReplaysItsLogAndEnds(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	putRun(a, store.Run{ID: "run", Company: "acme.example", State: store.RunFailed, CreatedAt: time.Now()})
	appendEvents(a, "run", 0, store.RunStateChanged, store.RunFailure, store.RunStateChanged)
	for lastEventID, want := range map[string]string{
		"": "event event event end", "1": "event event end", "3": "end",
		"4": "reset event event event end", "900": "reset event event event end", // of a log that a backup replaced
	} {
		client := openCrawlEvents(t, a.url, "run", lastEventID)
		var got []string
		for e, ok := client.next(); ok; e, ok = client.next() {
			got = append(got, e.name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("after %q, the events are %v, want %s", lastEventID, got, want)
		}
	}
	if r := a.call("GET", "/v1/crawls/nothing/events", ""); r.StatusCode != 404 {
		t.Errorf("the events of no crawl have status %d", r.StatusCode)
	}
	if r := a.call("GET", "/v1/crawls/run/events", "", "Last-Event-ID", "x"); r.StatusCode != 422 {
		t.Errorf("a wrong Last-Event-ID has status %d", r.StatusCode)
	}
}

func TestAFailedCrawlThatMayBeRetriedDoesNotEndTheStream(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.createCompany("acme.example")
	crawl := a.startCrawl("acme.example")
	a.queueRun(crawl, nil)
	client := openCrawlEvents(t, a.url, crawl.ID, "")
	if e, ok := client.next(); !ok || e.name != "crawl" {
		t.Fatalf("the first event is %+v", e)
	}
	run, err := a.store.GetRun(t.Context(), crawl.ID)
	if err != nil {
		t.Fatal(err)
	}
	run.State = store.RunFailed
	putRun(a, run)
	appendEvents(a, crawl.ID, 0, store.RunStateChanged)
	var states []string
	for e, ok := client.next(); ok; e, ok = client.next() {
		if e.name == "event" {
			continue
		}
		var c Crawl
		if err := json.Unmarshal([]byte(e.data), &c); err != nil {
			t.Fatal(err)
		}
		states = append(states, e.name+" "+c.State)
		if len(states) == 1 {
			a.queueRun(crawl, ended)
			appendEvents(a, crawl.ID, 1, store.RunStateChanged)
		}
	}
	if got := strings.Join(states, ", "); got != "crawl Pending, end Complete" {
		t.Errorf("the states are %s", got)
	}
}
