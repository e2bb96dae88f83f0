package httpapi

import (
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// isRecord reports whether a type is a struct whose fields are part of the JSON.
func isRecord(t reflect.Type) bool {
	return t != nil && t.Kind() == reflect.Struct && strings.HasSuffix(t.PkgPath(), "internal/httpapi")
}

func TestNoResponseHasATimeInAnotherForm(t *testing.T) {
	t.Parallel()
	o := newTestAPI(t, nil).server.api.OpenAPI()
	requests, fields := requestSchemas(o), 0
	for name := range o.Components.Schemas.Map() {
		record := o.Components.Schemas.TypeFromRef("#/components/schemas/" + name)
		if requests[name] || !isRecord(record) {
			continue
		}
		for i := range record.NumField() {
			f := record.Field(i)
			if fields++; f.Type == reflect.TypeFor[time.Time]() || f.Type == reflect.TypeFor[*time.Time]() {
				t.Errorf("%s.%s is a time.Time; use timestamp.Time", name, f.Name)
			}
		}
	}
	if fields < 200 {
		t.Errorf("only %d fields were checked", fields)
	}
}

func TestTimesHaveMilliseconds(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	d := a.addDocument("acme", "a1", "one")
	at := time.Date(2026, 1, 2, 3, 4, 5, 123_456_789, time.UTC)
	d.ContentHash, d.LastSeen, d.LastChecked = strings.Repeat("e", 64), at, at
	if _, err := a.store.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: d, Versions: []store.NewVersion{{
		Version: store.Version{DocumentID: "a1", ContentHash: d.ContentHash, FetchedAt: at, URL: d.URL}, Text: "two",
	}}}); err != nil {
		t.Fatal(err)
	}
	anyTime := regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*"`)
	milliseconds := regexp.MustCompile(`^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"$`)
	for _, path := range []string{"/v1/documents/a1", "/v1/documents/a1/versions", "/v1/changes", "/v1/search?q=two", "/v1/keys", "/v1/stats"} {
		a.newKey(store.ScopeRead)
		r := a.call("GET", path, "")
		times := anyTime.FindAllString(string(r.body), -1)
		if len(times) == 0 && path != "/v1/changes" {
			t.Errorf("%s has no time: %s", path, r.body)
		}
		for _, text := range times {
			if !milliseconds.MatchString(text) {
				t.Errorf("%s has the time %s", path, text)
			}
		}
	}
	v := decode[DocumentDetail](t, a.call("GET", "/v1/documents/a1", ""), 200).Version
	if v == nil || v.Number != 2 {
		t.Fatalf("the version is %+v", v)
	}
	asOf := "/v1/documents/a1?asOf=" + url.QueryEscape(v.FetchedAt.Format(time.RFC3339Nano))
	if got := decode[DocumentDetail](t, a.call("GET", asOf, ""), 200).Version; got.Number != 2 {
		t.Errorf("as of its own fetchedAt, version 2 is version %d", got.Number)
	}
	now := time.Now()
	if got := endOfMillisecond(now.Truncate(time.Millisecond), now); got.After(now) {
		t.Errorf("as of the current millisecond is as of %s, after %s", got, now)
	}
}

func TestATypeHasOneName(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addDocument("acme", "a1", "one")
	names := map[string]DocumentType{}
	for _, d := range decode[list[DocumentType]](t, a.call("GET", "/v1/types", ""), 200).Items {
		names[d.Type] = d
	}
	document := decode[DocumentDetail](t, a.call("GET", "/v1/documents/a1", ""), 200)
	if want := names[document.Type]; document.TypeName != want.Name || document.OTAName != want.OTAName || want.Name != "Privacy policy" || want.OTAName != "Privacy Policy" {
		t.Errorf("the document has the names %q and %q, its type is %+v", document.TypeName, document.OTAName, want)
	}
	if hits := decode[list[SearchHit]](t, a.call("GET", "/v1/search?q=one", ""), 200).Items; len(hits) != 1 || hits[0].TypeName != document.TypeName {
		t.Errorf("the search finds %+v", hits)
	}
}
