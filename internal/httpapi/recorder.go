package httpapi

import (
	"net/http"
	"sync/atomic"
)

// recorder counts what is written, and answers conditional requests: a successful response with
// an ETag that the client has becomes 304, with its header and without its body.
type recorder struct {
	http.ResponseWriter
	request *http.Request
	// changes counts the requests that may have changed something.
	changes *atomic.Int64
	status  int
	bytes   int64
	// bodyless is set if the client must not receive the body.
	bodyless bool
}

// Status returns the status of the response.
func (w *recorder) Status() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

// Unwrap lets http.ResponseController find the methods of the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	if !isRead(w.request) {
		w.changes.Add(1) // before the client knows the outcome
	}
	h := w.Header()
	if status == http.StatusOK && isRead(w.request) && unchanged(w.request, h.Get("ETag")) {
		status, w.bodyless = http.StatusNotModified, true
		for _, name := range []string{"Content-Type", "Content-Length", "Last-Modified"} { // RFC 9110, 15.4.5
			h.Del(name)
		}
	}
	if status >= 300 && status < 400 {
		delete(h, rateLimit)
		delete(h, rateLimitPolicy)
	}
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.bodyless {
		return len(b), nil
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Flush implements http.Flusher.
func (w *recorder) Flush() {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush() // an unsupported flush sends the data later
}

func isRead(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }
