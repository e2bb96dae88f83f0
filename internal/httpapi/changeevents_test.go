package httpapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/clausea/crawler/internal/httpapi/testclient"
	"github.com/clausea/crawler/internal/store"
)

// changeStream reads a stream of changes.
type changeStream struct {
	*testclient.Stream
	t *testing.T
}

// followChanges opens a stream of changes. lastEventID can be empty.
func followChanges(t *testing.T, url, lastEventID string) changeStream {
	t.Helper()
	return changeStream{testclient.Follow(t, url, adminKey, lastEventID), t}
}

// changes reads n changes and returns their IDs and the ID of the last event.
func (c changeStream) changes(n int) (ids []string, last string) {
	c.t.Helper()
	for range n {
		e := c.Await("")
		var change Change
		if err := json.Unmarshal([]byte(e.Data), &change); err != nil || e.Name != "change" || e.ID != strconv.FormatInt(change.Sequence, 10) || change.Review != nil {
			c.t.Fatalf("event %+v: %v", e, err)
		}
		ids, last = append(ids, change.ID), e.ID
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
	second := a.secondReplica()
	addChanges(t, a.store, 0, 3, nil)

	c := followChanges(t, a.url+"/v1/changes/events", "")
	start := c.Await("")
	if start.Name != "start" || start.ID != "3" {
		t.Fatalf("the stream starts with %+v", start)
	}
	addChanges(t, a.store, 3, 10, nil)
	first, last := c.changes(5)
	c.Close()
	addChanges(t, a.store, 13, 600, nil) // more than one page of the store
	c = followChanges(t, second+"/v1/changes/events", last)
	rest, _ := c.changes(605)
	if got := slices.Concat(first, rest); !slices.Equal(got, changeIDs(3, 610, 1)) {
		t.Errorf("received %v", got)
	}
	c = followChanges(t, second+"/v1/changes/events", start.ID)
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
		c := followChanges(t, a.url+"/v1/changes/events?"+query, "0")
		if got, _ := c.changes(len(want)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
		c.Close()
	}
	if r := a.call("GET", "/v1/changes/events?types=none", ""); r.StatusCode != 422 {
		t.Errorf("an unknown type has status %d", r.StatusCode)
	}
}

func TestACursorOfAnotherStoreResetsTheStream(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	for i, cursor := range []string{"900", "99999999999999999999"} {
		c := followChanges(t, a.url+"/v1/changes/events", cursor)
		want := testclient.Event{ID: strconv.Itoa(i), Name: "reset", Data: fmt.Sprintf(`{"sequence":%d}`, i)}
		if e := c.Await(""); e != want {
			t.Errorf("the stream starts with %+v, want %+v", e, want)
		}
		addChanges(t, a.store, i, 1, nil)
		if got, last := c.changes(1); got[0] != fmt.Sprint("change-", i) || last != strconv.Itoa(i+1) {
			t.Errorf("after the reset: %v with the ID %s", got, last)
		}
	}
}
