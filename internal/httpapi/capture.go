package httpapi

import (
	"net/http"

	"github.com/clausea/crawler/internal/store"
)

// capture passes a response on and remembers it, up to the size that the store accepts.
type capture struct {
	http.ResponseWriter
	status int
	header http.Header
	body   []byte
	// truncated is set if the body is larger than the store accepts.
	truncated bool
}

// Unwrap lets http.ResponseController find the methods of the connection.
func (c *capture) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Status returns the status of the response, or 0 if there is none.
func (c *capture) Status() int { return c.status }

// WriteHeader implements http.ResponseWriter.
func (c *capture) WriteHeader(status int) {
	if c.status == 0 {
		c.status, c.header = status, c.Header().Clone()
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (c *capture) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	if len(c.body)+len(b) > store.MaxResponseBody {
		c.truncated = true
	} else if !c.truncated {
		c.body = append(c.body, b...)
	}
	return c.ResponseWriter.Write(b)
}

// storedHeaders lists the header fields that a replayed response has again.
var storedHeaders = []string{"Content-Type", "Content-Disposition", "Content-Language", "Location", "ETag", "Last-Modified", "Link", "Cache-Control", "Allow"}

// notStored is the name of the field that marks a stored response without its body. Its value is
// the reason. It is never sent.
const notStored = "Clausea-Not-Stored"

// stored returns the response as the store receives it. Successful responses that must not be
// stored, by their Cache-Control, contain a secret that is shown once: their body is left out.
func (c *capture) stored() store.Response {
	out := store.Response{Status: c.status, Body: c.body}
	for _, name := range storedHeaders {
		if v := c.header.Get(name); v != "" {
			out.Header = append(out.Header, store.HeaderField{Name: name, Value: v})
		}
	}
	reason := ""
	switch {
	case c.status < 300 && len(c.body) > 0 && c.header.Get("Cache-Control") == noStore:
		reason = "it contains a secret, which is shown once"
	case c.truncated:
		reason = "it is too large"
	}
	if reason != "" {
		out.Body, out.Header = nil, append(out.Header, store.HeaderField{Name: notStored, Value: reason})
	}
	return out
}

// noStore is the Cache-Control of responses with secrets.
const noStore = "no-store"
