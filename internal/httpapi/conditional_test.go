package httpapi

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

type taggedOutput struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	LastModified string `header:"Last-Modified"`
	Body         echoBody
}

// addTagged adds GET and PUT /v1/tagged, a resource with an ETag.
func (a *testAPI) addTagged() {
	const tag = `"abc"`
	register(a.server, Operation{ID: "getTagged", Method: http.MethodGet, Path: "/v1/tagged", Scope: store.ScopeRead},
		func(context.Context, service.Caller, *struct{}) (*taggedOutput, error) {
			return &taggedOutput{ETag: tag, CacheControl: "private, no-cache", LastModified: "Sat, 28 Nov 2026 10:00:00 GMT"}, nil
		})
	register(a.server, Operation{ID: "putTagged", Method: http.MethodPut, Path: "/v1/tagged", Scope: store.ScopeWrite},
		func(_ context.Context, _ service.Caller, in *struct {
			IfMatch string `header:"If-Match"`
		}) (*taggedOutput, error) {
			return &taggedOutput{ETag: tag}, checkIfMatch(in.IfMatch, tag)
		})
}

func TestConditionalReadsFollowRFC9110(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addTagged()
	later := time.Now().Add(24 * time.Hour).UTC().Format(http.TimeFormat)
	for name, c := range map[string]struct {
		header []string
		status int
	}{
		"the tag":                        {[]string{"If-None-Match", `"abc"`}, 304},
		"the weak tag":                   {[]string{"If-None-Match", `W/"abc"`}, 304},
		"any tag":                        {[]string{"If-None-Match", "*"}, 304},
		"a list with spaces":             {[]string{"If-None-Match", ` "zzz" ,  W/"abc"`}, 304},
		"a list without spaces":          {[]string{"If-None-Match", `"zzz","abc"`}, 304},
		"a tag with a comma":             {[]string{"If-None-Match", `"x,abc"`}, 200},
		"another tag":                    {[]string{"If-None-Match", `"zzz"`}, 200},
		"a tag without quotes":           {[]string{"If-None-Match", "abc"}, 200},
		"another tag and a later date":   {[]string{"If-None-Match", `"zzz"`, "If-Modified-Since", later}, 200},
		"a date that cannot be read":     {[]string{"If-Modified-Since", "yesterday"}, 200},
		"a date alone, which is ignored": {[]string{"If-Modified-Since", later}, 200},
	} {
		r := a.call("GET", "/v1/tagged", "", c.header...)
		if r.StatusCode != c.status || c.status == 304 && len(r.body) > 0 {
			t.Errorf("%s: status %d with %d bytes, want %d", name, r.StatusCode, len(r.body), c.status)
		}
		if r.Header.Get("ETag") != `"abc"` || r.Header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%s: the response has ETag %q and Cache-Control %q", name, r.Header.Get("ETag"), r.Header.Get("Cache-Control"))
		}
		if c.status == 304 && (r.Header.Get("RateLimit") != "" || r.Header.Get("Content-Type") != "") {
			t.Errorf("%s: the 304 has %v", name, r.Header)
		}
	}
}

func TestConditionalWritesNeedTheStrongTag(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addTagged()
	for value, status := range map[string]int{
		`"abc"`: 200, "*": 200, `"zzz", "abc"`: 200, `W/"abc"`: 412, `"zzz"`: 412, "": 428, "abc": 412,
	} {
		if r := a.call("PUT", "/v1/tagged", "", "If-Match", value); r.StatusCode != status {
			t.Errorf("If-Match %s: status %d, want %d: %s", value, r.StatusCode, status, r.body)
		}
	}
}
