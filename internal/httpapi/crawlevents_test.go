package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/httpapi/testclient"
	"github.com/clausea/crawler/internal/store"
)

// followCrawlEvents opens the events of a crawl at a server.
func followCrawlEvents(t *testing.T, url, id, lastEventID string) *testclient.Stream {
	t.Helper()
	return testclient.Follow(t, url+"/v1/crawls/"+id+"/events", adminKey, lastEventID)
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
	first := followCrawlEvents(t, a.url, crawl.ID, "")
	for range 2 {
		ids = append(ids, first.Await("event").ID)
	}
	first.Close()
	appendEvents(a, crawl.ID, 3, store.RunHostSlowed)
	second := followCrawlEvents(t, a.secondReplica(), crawl.ID, ids[len(ids)-1])
	for range 2 {
		ids = append(ids, second.Await("event").ID)
	}
	// The crawl ends: its record is stored before the event.
	a.queueRun(crawl, ended)
	appendEvents(a, crawl.ID, 4, store.RunVersionStored, store.RunStateChanged)
	var last testclient.Event
	for e, ok := second.Next(); ok; e, ok = second.Next() {
		if last = e; e.Name == "event" {
			ids = append(ids, e.ID)
		}
	}
	if got := strings.Join(ids, " "); got != "1 2 3 4 5 6" {
		t.Errorf("the client received the events %s", got)
	}
	var c Crawl
	if err := json.Unmarshal([]byte(last.Data), &c); err != nil || last.Name != "end" || last.ID != "" || c.State != "Complete" {
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
		client := followCrawlEvents(t, a.url, "run", lastEventID)
		var got []string
		for e, ok := client.Next(); ok; e, ok = client.Next() {
			got = append(got, e.Name)
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
	client := followCrawlEvents(t, a.url, crawl.ID, "")
	if e, ok := client.Next(); !ok || e.Name != "crawl" {
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
	for e, ok := client.Next(); ok; e, ok = client.Next() {
		if e.Name == "event" {
			continue
		}
		var c Crawl
		if err := json.Unmarshal([]byte(e.Data), &c); err != nil {
			t.Fatal(err)
		}
		states = append(states, e.Name+" "+c.State)
		if len(states) == 1 {
			a.queueRun(crawl, ended)
			appendEvents(a, crawl.ID, 1, store.RunStateChanged)
		}
	}
	if got := strings.Join(states, ", "); got != "crawl Pending, end Complete" {
		t.Errorf("the states are %s", got)
	}
}
