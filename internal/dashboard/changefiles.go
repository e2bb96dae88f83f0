package dashboard

import (
	"cmp"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/document/unified"
	"github.com/clausea/crawler/internal/docx"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// changeFile returns the comparison of a change as a file.
func (s *Server) changeFile(v *visit) (file, error) {
	c, err := s.o.Services.Changes.Get(v.Context(), v.Caller, v.Path("id"))
	if err != nil {
		return file{}, err
	}
	from, to := service.VersionSelector{Number: c.From}, service.VersionSelector{Number: c.To}
	if v.Path("format") == "evidence" && c.To > 0 {
		return s.evidenceFile(v, c.DocumentID, to)
	}
	if !hasTwoVersions(c.Change) {
		return file{}, problem.New(problem.NotFound, "the change has no two versions to compare")
	}
	return s.diffFile(v, c.DocumentID, from, to)
}

// comparisonFile returns the comparison of any two versions as a file.
func (s *Server) comparisonFile(v *visit) (file, error) {
	from, to, err := selectors(v)
	if err != nil {
		return file{}, err
	}
	if v.Path("format") == "evidence" {
		return s.evidenceFile(v, v.Path("id"), to)
	}
	return s.diffFile(v, v.Path("id"), from, to)
}

// evidenceFile returns the evidence pack of a version.
func (s *Server) evidenceFile(v *visit, id string, which service.VersionSelector) (file, error) {
	pack, err := s.o.Services.Documents.Evidence(v.Context(), v.Caller, id, which)
	if err != nil {
		return file{}, err
	}
	return file{Name: fmt.Sprintf("evidence-version-%d.zip", pack.Version.Number), MediaType: "application/zip", Body: pack.Bytes, Attachment: true}, nil
}

// diffFile returns a comparison in the format that the path names.
func (s *Server) diffFile(v *visit, id string, from, to service.VersionSelector) (file, error) {
	format := v.Path("format")
	if format != "patch" && format != "html" && format != "docx" {
		return file{}, notFound()
	}
	c, err := s.o.Services.Documents.Diff(v.Context(), v.Caller, id, from, to)
	if err != nil {
		return file{}, err
	}
	f := file{Name: fmt.Sprintf("%s-version-%d-to-%d.%s", fileName(service.CompanyName(c.Document)+"-"+c.Document.Type), c.From.Number, c.To.Number, format), Attachment: true}
	switch format {
	case "patch":
		f.MediaType, f.Body = "text/x-diff; charset=utf-8", []byte(unified.Diff(patchName(c.From), patchName(c.To), c.FromText, c.ToText))
	case "html":
		f.MediaType, f.Body = "text/html; charset=utf-8", []byte(standaloneHTML(c))
	case "docx":
		f.MediaType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
		f.Body, err = docx.Write(docx.Track(docx.Paragraphs(c.FromText), docx.Paragraphs(c.ToText)), docx.Options{Title: c.To.Title, Author: "Clausea", Date: c.To.FetchedAt})
	}
	return f, err
}

// patchName names a version in a unified diff: a tab separates the time, as in diff -u.
func patchName(v store.Version) string {
	return fmt.Sprintf("version-%d.md\t%s", v.Number, v.FetchedAt.UTC().Format(time.RFC3339))
}

// fileName returns a text with the characters that all file systems allow.
func fileName(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}, text)
}

// standaloneStyle is the style of an exported comparison.
const standaloneStyle = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}` +
	`ins{background:light-dark(#dfe9ff,#1b2f57);color:light-dark(#0b3ea8,#a9c6ff)}del{background:light-dark(#fde4e4,#47201f);color:light-dark(#a3151a,#ffaaa7)}` +
	`dt{font-weight:600}dd{margin:0 0 .5rem}h2{border-top:1px solid #8888;padding-top:1rem}`

// standaloneHTML returns a comparison as one HTML file that needs no other.
func standaloneHTML(c service.Comparison) string {
	title := cmp.Or(c.Document.Title, typeName(c.Document.Type))
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>%s</title><style>%s</style></head><body>\n<h1 dir=\"auto\">%s</h1>\n<dl>",
		html.EscapeString(title), standaloneStyle, html.EscapeString(title))
	for _, fact := range [][2]string{
		{"Company", service.CompanyName(c.Document)}, {"Type", typeName(c.Document.Type)}, {"URL", c.To.URL},
		{"Old text", versionText(c.From)}, {"New text", versionText(c.To)},
		{"Words", fmt.Sprintf("%d added, %d removed", c.Change.Added, c.Change.Removed)},
	} {
		fmt.Fprintf(&b, "<dt>%s</dt><dd>%s</dd>", fact[0], html.EscapeString(fact[1]))
	}
	fmt.Fprintf(&b, "</dl>\n<div dir=\"auto\" lang=\"%s\">%s</div>\n</body></html>\n", html.EscapeString(c.Document.Language), c.Change.HTMLDiff())
	return b.String()
}

// versionText describes a version in an exported comparison.
func versionText(v store.Version) string {
	return fmt.Sprintf("version %d, fetched %s, SHA-256 of its words %s", v.Number, v.FetchedAt.UTC().Format(time.RFC3339), v.ContentHash)
}
