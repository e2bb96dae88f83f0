package httpapi

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"net/http"
	"strings"
)

//go:embed docsui/index.html docsui/init.js docsui/swagger-ui-bundle.js.gz docsui/swagger-ui.css.gz
var docsFiles embed.FS

// docsPolicy is the Content-Security-Policy of the page at /docs. Scripts, styles and requests
// are of its own origin; nothing is inline.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// asset is a file of the page at /docs.
type asset struct {
	path, file, mediaType string
	compressed            bool // the file is compressed with gzip
}

var assets = []asset{
	{"/docs", "index.html", "text/html; charset=utf-8", false},
	{"/docs/init.js", "init.js", "text/javascript; charset=utf-8", false},
	{"/docs/swagger-ui-bundle.js", "swagger-ui-bundle.js.gz", "text/javascript; charset=utf-8", true},
	{"/docs/swagger-ui.css", "swagger-ui.css.gz", "text/css; charset=utf-8", true},
}

// serveDocs serves the page at /docs, which shows the description. It needs no key: the reader
// gives the page a key to try requests.
func (s *Server) serveDocs() error {
	for _, a := range assets {
		b, err := docsFiles.ReadFile("docsui/" + a.file)
		if err != nil {
			return fmt.Errorf("read the page of the API: %w", err)
		}
		s.mux.HandleFunc("GET "+a.path, func(w http.ResponseWriter, r *http.Request) {
			requestOf(r.Context()).operation = "docs"
			a.serve(w, r, b)
		})
	}
	return nil
}

func (a asset) serve(w http.ResponseWriter, r *http.Request, b []byte) {
	h := w.Header()
	h.Set("Content-Type", a.mediaType)
	h.Set("Content-Security-Policy", docsPolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "public, max-age=3600")
	encoding := ""
	if a.compressed {
		h.Add("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			encoding = "gzip"
			h.Set("Content-Encoding", encoding)
		}
	}
	h.Set("ETag", strongETag(string(b), encoding))
	if !a.compressed || encoding != "" {
		_, _ = w.Write(b) // fails only if the client has disconnected
		return
	}
	plain, err := gzip.NewReader(bytes.NewReader(b))
	if err == nil {
		_, _ = io.Copy(w, plain) //nolint:gosec // the file is one of ours
	}
}

// acceptsGzip reports whether the client accepts the content coding gzip. A quality other than 0
// is not compared: the codings are not served in other ways.
func acceptsGzip(r *http.Request) bool {
	for _, element := range strings.Split(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		coding, quality, _ := strings.Cut(strings.ReplaceAll(element, " ", ""), ";")
		if coding == "gzip" || coding == "*" {
			return strings.Trim(strings.TrimPrefix(quality, "q="), "0.") != "" || quality == ""
		}
	}
	return false
}
