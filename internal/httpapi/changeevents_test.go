package httpapi

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

// sseEvent is an event that a client received.
type sseEvent struct{ id, name, data string }

// sseClient reads a stream of events.
type sseClient struct {
	t    *testing.T
	body *bufio.Reader
	stop func()
}

// followFeed opens a stream of events. lastEventID can be empty.
func followFeed(t *testing.T, url, lastEventID string) *sseClient {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
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
	c := &sseClient{t: t, body: bufio.NewReader(resp.Body), stop: func() { cancel(); _ = resp.Body.Close() }}
	t.Cleanup(c.stop)
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("stream: status %d, %v", resp.StatusCode, resp.Header)
	}
	return c
}

// next reads the next event.
func (c *sseClient) next() (e sseEvent) {
	c.t.Helper()
	for {
		line, err := c.body.ReadString('\n')
		if err != nil {
			c.t.Fatalf("the stream ended: %v", err)
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch field {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data = value
		case "":
			if e.data != "" {
				return e
			}
		}
	}
}

// changes reads n changes and returns their IDs and the ID of the last event.
func (c *sseClient) changes(n int) (ids []string, last string) {
	c.t.Helper()
	for range n {
		e := c.next()
		var change Change
		if err := json.Unmarshal([]byte(e.data), &change); err != nil || e.name != "change" || e.id != strconv.FormatInt(change.Sequence, 10) || change.Review != nil {
			c.t.Fatalf("event %+v: %v", e, err)
		}
		ids, last = append(ids, change.ID), e.id
	}
	return ids, last
}

func changeIDs(from, n, step int) (ids []string) {
	for i := from; len(ids) < n; i += step {
		ids = append(ids, fmt.Sprint("change-", i))
	}
	return ids
}

func TestAStreamOfChangesResumesOnAnotherServer(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	second, err := New(a.server.o)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(second.Handler())
	t.Cleanup(h.Close)
	addChanges(t, a.store, 0, 3, nil)

	c := followFeed(t, a.url+"/v1/changes/events", "")
	start := c.next()
	if start.name != "start" || start.id != "3" {
		t.Fatalf("the stream starts with %+v", start)
	}
	addChanges(t, a.store, 3, 10, nil)
	first, last := c.changes(5)
	c.stop()
	addChanges(t, a.store, 13, 600, nil) // more than one page of the store
	c = followFeed(t, h.URL+"/v1/changes/events", last)
	rest, _ := c.changes(605)
	if got := slices.Concat(first, rest); !slices.Equal(got, changeIDs(3, 610, 1)) {
		t.Errorf("received %v", got)
	}
	c = followFeed(t, h.URL+"/v1/changes/events", start.id)
	if got, _ := c.changes(2); !slices.Equal(got, []string{"change-3", "change-4"}) {
		t.Errorf("after the start event: %v", got)
	}
}

func TestAStreamOfChangesHasTheFiltersOfTheList(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	addChanges(t, a.store, 0, 24, nil)
	addChanges(t, a.store, 24, 1, func(_ int, c *store.Change) { c.Company = "other/acme" })
	addChanges(t, a.store, 26, 1, nil)
	for query, want := range map[string][]string{
		"companies=acme":                            append(changeIDs(0, 12, 2), "change-26"),
		"companies=acme,globex&labels=fees":         changeIDs(1, 12, 2),
		"types=terms_of_service&kinds=Created":      changeIDs(3, 4, 6),
		"silent=true":                               changeIDs(0, 6, 4),
		"silent=false&companies=acme&kinds=Removed": {"change-2", "change-14", "change-26"},
	} {
		c := followFeed(t, a.url+"/v1/changes/events?"+query, "0")
		if got, _ := c.changes(len(want)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
		c.stop()
	}
	if r := a.call("GET", "/v1/changes/events?types=none", ""); r.StatusCode != 422 {
		t.Errorf("an unknown type has status %d", r.StatusCode)
	}
}

func TestACursorOfAnotherStoreResetsTheStream(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	for i, cursor := range []string{"900", "99999999999999999999"} {
		c := followFeed(t, a.url+"/v1/changes/events", cursor)
		want := sseEvent{strconv.Itoa(i), "reset", fmt.Sprintf(`{"sequence":%d}`, i)}
		if e := c.next(); e != want {
			t.Errorf("the stream starts with %+v, want %+v", e, want)
		}
		addChanges(t, a.store, i, 1, nil)
		if got, last := c.changes(1); got[0] != fmt.Sprint("change-", i) || last != strconv.Itoa(i+1) {
			t.Errorf("after the reset: %v with the ID %s", got, last)
		}
	}
}
