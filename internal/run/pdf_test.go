package run

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/clausea/crawler/internal/document/pdf"
)

func TestAPDFWithALegalLinkIsADocument(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/dpa.pdf")
	if err != nil {
		t.Fatal(err)
	}
	large := append(bytes.Clone(file), bytes.Repeat([]byte("%\n"), 5<<20)...) // larger than the limit of HTML pages
	var mu sync.Mutex
	var requested []string
	s := &site{}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		requested = append(requested, r.URL.Path)
		mu.Unlock()
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(`<title>Harbour</title><a href="/files/catalogue-2024.pdf">Our catalogue</a>
				<a href="/files/dpa.pdf">Data Processing Agreement</a> <a href="/legal/terms.pdf">Terms of Service</a>`))
		case "/files/dpa.pdf":
			w.Header().Set("Content-Type", "application/pdf")
			_, _ = w.Write(large)
		case "/legal/terms.pdf":
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = w.Write([]byte("%PDF-1.7 broken"))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	r := s.runner(t, nil)
	r.PDF = pdf.Extract
	rep, err := execute(t.Context(), r, task(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Documents) != 1 {
		t.Fatalf("%d documents, want the agreement alone: %v", len(rep.Documents), changes(rep))
	}
	d := rep.Documents[0]
	if d.Type != "data_processing_agreement" || d.Title != "Data Processing Agreement" || d.EffectiveDate != "2024-03-05" || d.Language != "en" || !strings.HasSuffix(d.URL, "/files/dpa.pdf") {
		t.Errorf("%+v", d.Document)
	}
	if slices.Contains(requested, "/files/catalogue-2024.pdf") {
		t.Error("a PDF without a legal link was fetched")
	}
	if !slices.Contains(requested, "/legal/terms.pdf") {
		t.Errorf("a PDF with the type application/octet-stream was not fetched: %v", requested)
	}
}

func TestADownloadedPDFIsADocument(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/dpa.pdf")
	if err != nil {
		t.Fatal(err)
	}
	for name, disposition := range map[string]string{"with a name": `attachment; filename="dpa.pdf"`, "without one": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &site{}
			s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/":
					w.Header().Set("Content-Type", "text/html; charset=utf-8")
					_, _ = w.Write([]byte(`<title>Harbour</title><a href="/download?id=7">Data Processing Agreement</a> <a href="/download/terms">Terms of Service</a>`))
				case "/download":
					w.Header().Set("Content-Type", "application/octet-stream")
					if disposition != "" {
						w.Header().Set("Content-Disposition", disposition)
					}
					_, _ = w.Write(file)
				case "/download/terms": // an image with a false Content-Type
					w.Header().Set("Content-Type", "text/html")
					_, _ = w.Write([]byte("\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR"))
				default:
					http.NotFound(w, r)
				}
			}))
			t.Cleanup(s.Close)
			r := s.runner(t, nil)
			r.PDF = pdf.Extract
			rep, err := execute(t.Context(), r, task(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(rep.Documents) != 1 || rep.Documents[0].Type != "data_processing_agreement" || !strings.HasSuffix(rep.Documents[0].URL, "/download?id=7") {
				t.Errorf("found %v, want the agreement alone", changes(rep))
			}
		})
	}
}
