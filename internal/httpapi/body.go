package httpapi

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/problem"
)

// bodyTimeout is how long a client may take to send a request body.
const bodyTimeout = 10 * time.Second

// readBody returns the step that reads the body of a request, within the bounds of the operation.
// The steps after it read the body from memory.
func readBody(op *Operation) step {
	return func(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
		if r.Body == nil || r.Body == http.NoBody {
			return r, nil
		}
		if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
			return nil, problem.New(problem.UnsupportedMediaType, "the API does not decode the Content-Encoding %.40q; send the body without one", encoding)
		}
		tooLarge := problem.New(problem.BodyTooLarge, "the maximum size of the body is %d bytes", op.MaxBody)
		if r.ContentLength > op.MaxBody {
			return nil, tooLarge
		}
		control := http.NewResponseController(w)
		_ = control.SetReadDeadline(time.Now().Add(bodyTimeout)) // a connection without deadlines is one of a test
		b, err := io.ReadAll(io.LimitReader(r.Body, op.MaxBody+1))
		_ = control.SetReadDeadline(time.Time{})
		switch {
		case int64(len(b)) > op.MaxBody:
			return nil, tooLarge
		case errors.Is(err, io.ErrUnexpectedEOF):
			return nil, problem.Wrap(err, problem.MalformedRequest, "the body ended before its length")
		case err != nil:
			return nil, problem.Wrap(err, problem.MalformedRequest, "the body cannot be read, or did not arrive within %s", bodyTimeout)
		}
		requestOf(r.Context()).body = b
		r.Body = io.NopCloser(bytes.NewReader(b))
		return r, nil
	}
}
