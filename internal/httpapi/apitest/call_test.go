package apitest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/httpapi/testclient"
)

// response is a response with its body.
type response struct {
	*http.Response
	body []byte
}

// list is the body of a list.
type list[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"nextCursor"`
}

// call sends a request with the administrator's key. header lists names and values in turn; an
// empty value removes the field.
func (d *deployment) call(method, path, body string, header ...string) response {
	d.t.Helper()
	r, b := testclient.Call(d.t, method, d.url+path, adminKey, body, header...)
	return response{r, b}
}

// decode decodes the body of a response with a status.
func decode[T any](t *testing.T, r response, status int) T {
	t.Helper()
	return testclient.Decode[T](t, r.Response, r.body, status)
}

// follow opens a stream of events after the one with an ID, or as the route begins it.
func (d *deployment) follow(path, lastEventID string) *testclient.Stream {
	d.t.Helper()
	return testclient.Follow(d.t, d.url+path, adminKey, lastEventID)
}

// refused checks that a response is a problem with a code and a remedy, and returns it.
func refused(t *testing.T, r response, status int, code string) httpapi.Problem {
	t.Helper()
	p := decode[httpapi.Problem](t, r, status)
	if p.Type != "https://clausea.co/problems/"+code || p.Detail == "" || p.RequestID == "" || r.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s %s: the problem is %s, want %s", r.Request.Method, r.Request.URL, r.body, code)
	}
	return p
}

// pages follows the pages of a list, and returns all items.
func pages[T any](d *deployment, path string) (all []T) {
	d.t.Helper()
	for path != "" {
		r := d.call("GET", path, "")
		l := decode[list[T]](d.t, r, 200)
		all = append(all, l.Items...)
		next, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Link"), "<"), ">")
		if (next == "") != (l.NextCursor == "") {
			d.t.Fatalf("Link is %q, and nextCursor is %q", r.Header.Get("Link"), l.NextCursor)
		}
		path = next
	}
	return all
}

// names returns a property of all items, separated by spaces.
func names[T any](items []T, of func(T) string) string {
	var out []string
	for _, item := range items {
		out = append(out, of(item))
	}
	return strings.Join(out, " ")
}

// eventually waits until ok returns true. Lists of resources can be some milliseconds old.
func (d *deployment) eventually(what string, ok func() bool) {
	d.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(time.Minute)
	for !ok() {
		select {
		case <-tick.C:
		case <-timeout:
			d.t.Fatalf("%s did not happen", what)
		}
	}
}
