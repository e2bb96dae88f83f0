package dashboard

import (
	"fmt"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
)

func registerDocumentDownloads(s *Server) {
	documents := s.o.Services.Documents
	s.download("GET /documents/{id}/versions/{n}/raw", func(v *visit) (file, error) {
		which, err := versionOf(v)
		if err != nil {
			return file{}, err
		}
		raw, err := documents.Raw(v.Context(), v.Caller, v.Path("id"), which)
		// The site wrote the bytes, so that a browser must not show them.
		return file{Name: fmt.Sprintf("page-version-%d.bin", raw.Version.Number), MediaType: "application/octet-stream", Body: raw.Body, Attachment: true}, err
	})
	s.download("GET /documents/{id}/versions/{n}/text", func(v *visit) (file, error) {
		which, err := versionOf(v)
		if err != nil {
			return file{}, err
		}
		text, err := documents.Text(v.Context(), v.Caller, v.Path("id"), which)
		return file{Name: fmt.Sprintf("text-version-%d.md", text.Version.Number), MediaType: "text/markdown; charset=utf-8", Body: []byte(text.Markdown), Attachment: true}, err
	})
	s.download("GET /documents/{id}/versions/{n}/evidence", func(v *visit) (file, error) {
		which, err := versionOf(v)
		if err != nil {
			return file{}, err
		}
		pack, err := documents.Evidence(v.Context(), v.Caller, v.Path("id"), which)
		return file{Name: fmt.Sprintf("evidence-version-%d.zip", pack.Version.Number), MediaType: "application/zip", Body: pack.Bytes, Attachment: true}, err
	})
}

// versionOf returns the version that the path of a request names.
func versionOf(v *visit) (service.VersionSelector, error) {
	which, ok := service.ParseVersion(v.Path("n"))
	if !ok {
		return which, problem.New(problem.NotFound, "%.20q is not the number of a version", v.Path("n"))
	}
	return which, nil
}
