package fetch_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/fetch"
)

func TestPDFsAreRecognizedByTypeNameOrSignature(t *testing.T) {
	t.Parallel()
	const text = "%PDF-1.7 and so on"
	var gzipped bytes.Buffer
	z := gzip.NewWriter(&gzipped)
	_, _ = z.Write([]byte(text))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	large := text + strings.Repeat("\n", 9<<20) // exceeds the limit of an HTML page
	type contentTypeCase struct {
		path, contentType, disposition, coding, body string
		want                                         fetch.Reason // empty: the fetch succeeds
	}
	responses := map[string]contentTypeCase{
		"Content-Type":                 {"/a", "application/pdf", "", "", large, ""},
		"extension of the path":        {"/a.PDF", "application/octet-stream", "", "", large, ""},
		"file name":                    {"/get?id=7", "application/octet-stream", `attachment; filename="Terms of service.PDF"`, "", large, ""},
		"file name, gzip-encoded body": {"/get?id=7", "application/octet-stream", `attachment; filename*=UTF-8''Datenschutzerkl%C3%A4rung.pdf`, "gzip", gzipped.String(), ""},
		"signature":                    {"/get?id=7", "application/octet-stream", "", "", large, ""},
		"binary/octet-stream":          {"/get?id=7", "binary/octet-stream", "", "", large, ""},
		"download type":                {"/get?id=7", "application/x-download", "attachment", "", large, ""},
		"malformed file name":          {"/get?id=7", "application/octet-stream", "attachment; filename=Terms of service.pdf", "", large, ""},
		"a program":                    {"/get?id=7", "application/octet-stream", `attachment; filename="setup.exe"`, "", "MZ\x90\x00", fetch.ContentType},
		"an archive":                   {"/get?id=7", "application/zip", `attachment; filename="terms.pdf.zip"`, "", "PK\x03\x04", fetch.ContentType},
		"an image type":                {"/a.pdf", "image/png", `inline; filename="terms.pdf"`, "", text, fetch.ContentType},
		"an empty body":                {"/get?id=7", "application/octet-stream", "", "", "", fetch.ContentType},
	}
	for name, r := range responses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			web := crawltest.NewWeb(t)
			web.Handle("a.test", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				h := w.Header()
				h.Set("Content-Type", r.contentType)
				if r.disposition != "" {
					h.Set("Content-Disposition", r.disposition)
				}
				if r.coding != "" {
					h.Set("Content-Encoding", r.coding)
				}
				_, _ = w.Write([]byte(r.body))
			}))
			res, err := crawltest.Fetcher(t, web.Config()).Do(t.Context(), fetch.Request{URL: "http://a.test" + r.path, TextOnly: true})
			if r.want != "" {
				var fe *fetch.Error
				if !errors.As(err, &fe) || fe.Reason != r.want {
					t.Errorf("%v, want %s", err, r.want)
				}
				return
			}
			want := r.body
			if r.coding != "" {
				want = text
			}
			if err != nil || string(res.Body) != want {
				t.Errorf("%.60v: the body differs from what was sent", err)
			}
		})
	}
}
