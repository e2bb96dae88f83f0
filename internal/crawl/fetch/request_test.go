package fetch_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/fetch"
)

func TestMethodBodyAndHeadersAreSent(t *testing.T) {
	t.Parallel()
	web := crawltest.NewWeb(t)
	web.Handle("a.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %s %s %s %s", r.Method, body, r.Header.Get("Content-Type"), r.Header.Get("Accept"), r.UserAgent())
	}))
	f := crawltest.Fetcher(t, web.Config())
	for _, tt := range []struct {
		fetch.Request
		want string
	}{
		{fetch.Request{Method: http.MethodPost, Body: []byte("{}"), Header: http.Header{"Content-Type": {"application/json"}, "Accept": {"*/*"}, "User-Agent": {"another agent"}}}, "POST {} application/json */* " + fetch.DefaultUserAgent},
		{fetch.Request{Method: http.MethodOptions, Header: http.Header{"accept": {"text/plain"}}}, "OPTIONS   text/plain " + fetch.DefaultUserAgent},
	} {
		tt.URL = "http://a.test/"
		res, err := f.Do(t.Context(), tt.Request)
		if err != nil || string(res.Body) != tt.want {
			t.Errorf("%+v, %v, want %s", res, err, tt.want)
		}
	}
}
