package dashboard

import (
	"net/http"
	"strings"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// visit is a request of a signed-in user.
type visit struct {
	*http.Request
	W       http.ResponseWriter
	Server  *Server
	Caller  service.Caller
	Session store.Session
}

// Query returns a query parameter without surrounding space.
func (v *visit) Query(name string) string { return strings.TrimSpace(v.URL.Query().Get(name)) }

// Path returns a segment of the path.
func (v *visit) Path(name string) string { return v.PathValue(name) }

// Form returns a field of the form without surrounding space.
func (v *visit) Form(name string) string { return strings.TrimSpace(v.PostForm.Get(name)) }

// parseForm reads the body of a form.
func (v *visit) parseForm() error {
	v.Body = http.MaxBytesReader(v.W, v.Body, maxForm)
	var err error
	if strings.HasPrefix(v.Header.Get("Content-Type"), "multipart/form-data") {
		err = v.ParseMultipartForm(maxForm)
	} else {
		err = v.ParseForm()
	}
	if err != nil {
		return problem.Wrap(err, problem.MalformedRequest, "the form could not be read; it must have at most 2 MiB")
	}
	return nil
}
