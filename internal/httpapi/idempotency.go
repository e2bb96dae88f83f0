package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

const (
	// idempotencyTime is how long a response is replayed
	// (draft-ietf-httpapi-idempotency-key-header leaves it to the server).
	idempotencyTime = 24 * time.Hour
	// maxIdempotencyKey is the maximum length of an Idempotency-Key.
	maxIdempotencyKey = 255
	// finishTimeout limits the write of a response. It continues if the client disconnects.
	finishTimeout = 5 * time.Second
)

// idempotencyParam describes the header in the description of an operation.
func idempotencyParam() *huma.Param {
	minLength, maxLength := 1, maxIdempotencyKey
	return &huma.Param{
		Name: "Idempotency-Key", In: "header",
		Description: "A unique text, such as a UUID. A repeated request with the same key receives the first response again, for 24 hours.",
		Schema:      &huma.Schema{Type: huma.TypeString, MinLength: &minLength, MaxLength: &maxLength},
	}
}

// idempotencyKey returns the Idempotency-Key of a request, or "". It is a text in quotes
// (RFC 8941, 3.3.3), or the same text without quotes.
func idempotencyKey(h http.Header) (string, error) {
	values := h.Values("Idempotency-Key")
	if len(values) == 0 {
		return "", nil
	}
	malformed := problem.New(problem.MalformedRequest, "the header Idempotency-Key must occur once, with 1 to %d printable ASCII characters", maxIdempotencyKey)
	text := strings.TrimSpace(values[0])
	quoted := len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"'
	if quoted {
		text = text[1 : len(text)-1]
	}
	var key strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if quoted && c == '\\' && i+1 < len(text) {
			i++
			c = text[i]
		} else if c == '"' {
			return "", malformed
		}
		if c < 0x20 || c > 0x7e {
			return "", malformed
		}
		key.WriteByte(c)
	}
	if len(values) > 1 || key.Len() == 0 || key.Len() > maxIdempotencyKey {
		return "", malformed
	}
	return key.String(), nil
}

// fingerprint identifies a request by its method, its path with the query, and its body.
func fingerprint(r *http.Request, body []byte) string {
	sum := sha256.New()
	_, _ = io.WriteString(sum, r.Method+"\n"+r.URL.RequestURI()+"\n") // a hash never fails
	_, _ = sum.Write(body)
	return hex.EncodeToString(sum.Sum(nil))
}

// idempotent executes a request with an Idempotency-Key once for its caller and route, and
// replays its response to repeated requests.
func (s *Server) idempotent(op *Operation) around {
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) error {
		key, err := idempotencyKey(r.Header)
		if err != nil {
			return err
		}
		if key == "" || s.o.Idempotency == nil {
			next(w, r)
			return nil
		}
		q, now := requestOf(r.Context()), time.Now()
		asked := store.IdempotentRequest{
			Key: q.caller.Actor + " " + op.ID + " " + key, Fingerprint: fingerprint(r, q.body), Owner: uuid.NewString(),
			CreatedAt: now, ExpiresAt: now.Add(store.MaxRequestTime),
		}
		found, err := s.o.Idempotency.BeginRequest(r.Context(), asked)
		switch {
		case errors.Is(err, store.ErrKeyReused):
			return problem.Wrap(err, problem.IdempotencyKeyReused, "this Idempotency-Key was used for a request with another path or body")
		case errors.Is(err, store.ErrRequestInProgress):
			p := problem.Wrap(err, problem.RequestInProgress, "the first request with this Idempotency-Key has not ended")
			p.RetryAfter = time.Second
			return p
		case err != nil:
			return err
		case found.State == store.RequestDone:
			return replay(w, found.Response)
		}
		s.executeOnce(w, r, next, asked)
		return nil
	}
}

// executeOnce executes a request that has its idempotency key, and stores the response. The key
// becomes free if the request fails for a reason that a repeated request may not meet.
func (s *Server) executeOnce(w http.ResponseWriter, r *http.Request, next http.HandlerFunc, asked store.IdempotentRequest) {
	c := &capture{ResponseWriter: w}
	completed := false
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), finishTimeout)
		defer cancel()
		var err error
		if completed && c.status > 0 && c.status < 500 && c.status != http.StatusTooManyRequests {
			err = s.o.Idempotency.FinishRequest(ctx, asked.Key, asked.Owner, c.stored(), time.Now().Add(idempotencyTime))
		} else {
			err = s.o.Idempotency.ReleaseRequest(ctx, asked.Key, asked.Owner)
		}
		if err != nil {
			q := requestOf(ctx)
			s.o.Log.Error(err, "failed to store the response of a request with an idempotency key", "operation", q.operation, "requestID", q.id)
		}
	}()
	next(c, r)
	completed = true
}

// replay sends a stored response again.
func replay(w http.ResponseWriter, stored store.Response) error {
	h := w.Header()
	h.Set("Idempotent-Replayed", "true")
	location := ""
	for _, f := range stored.Header {
		switch f.Name {
		case notStored:
			p := problem.New(problem.ResponseNotStored, "the first request with this Idempotency-Key succeeded; its response is not stored, because %s", f.Value)
			p.Related = location
			return p
		case "Location":
			location = f.Value
		}
	}
	for _, f := range stored.Header {
		h.Set(f.Name, f.Value)
	}
	w.WriteHeader(stored.Status)
	_, _ = w.Write(stored.Body) // fails only if the client has disconnected
	return nil
}
