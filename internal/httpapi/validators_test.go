package httpapi

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

func TestAClientThatAsksAgainReceivesAChangeAfterASecondAndItsOwnAtOnce(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	var offset atomic.Int64
	a.server.validators.now = func() time.Time { return day(1).Add(time.Duration(offset.Load())) }
	a.addDocument("acme", "a1", "one")
	const path = "/v1/documents/a1"
	etag := a.call("GET", path, "").Header.Get("ETag")
	again := func() response { return a.call("GET", path, "", "If-None-Match", etag) }
	first := again()
	if first.StatusCode != 304 {
		t.Fatalf("an unchanged document has status %d", first.StatusCode)
	}
	d, err := a.store.GetDocument(t.Context(), "a1")
	if err != nil {
		t.Fatal(err)
	}
	rename := func(title string) {
		t.Helper()
		d.Title = title
		if _, err := a.store.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: d}); err != nil {
			t.Fatal(err)
		}
	}
	rename("Changed by a crawl")
	r := again()
	if r.StatusCode != 304 {
		t.Errorf("within a second, the document was read again: status %d", r.StatusCode)
	}
	for _, name := range []string{"ETag", "Cache-Control", "Vary", "Cross-Origin-Resource-Policy"} {
		if got, want := strings.Join(r.Header.Values(name), ","), strings.Join(first.Header.Values(name), ","); got != want {
			t.Errorf("from memory, %s is %q, want %q", name, got, want)
		}
	}
	offset.Store(int64(2 * validatorTime))
	if r := again(); r.StatusCode != 200 || !strings.Contains(string(r.body), "Changed by a crawl") {
		t.Errorf("after a second, the document has status %d: %s", r.StatusCode, r.body)
	}
	etag = a.call("GET", path, "").Header.Get("ETag")
	again()
	if r := a.call("PUT", path+"/correction", `{"type":"terms_of_service"}`); r.StatusCode != 200 {
		t.Fatalf("the correction has status %d: %s", r.StatusCode, r.body)
	}
	if r := again(); r.StatusCode != 200 || !strings.Contains(string(r.body), "terms_of_service") {
		t.Errorf("after a change through the server, the document has status %d: %s", r.StatusCode, r.body)
	}
	for _, header := range [][2]string{{"Accept", "text/plain"}, {"Accept", "image/png"}, {"Authorization", ""}, {"Authorization", "Bearer wrong"}} {
		if r := a.call("GET", path, "", "If-None-Match", etag, header[0], header[1]); r.StatusCode == 304 {
			t.Errorf("with %s: %s, the document has status 304", header[0], header[1])
		}
	}
	if r := a.call("GET", path+"?limt=5", "", "If-None-Match", etag); r.StatusCode != 422 {
		t.Errorf("an unknown parameter has status %d", r.StatusCode)
	}
}

func TestTheMemoryOfETagsIsBounded(t *testing.T) {
	t.Parallel()
	v := newValidators()
	for i := range maxValidators * 2 {
		v.put(fmt.Sprint(i), validator{})
	}
	if len(v.entries) > maxValidators {
		t.Errorf("%d entries remain", len(v.entries))
	}
}
