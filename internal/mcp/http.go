package mcp

import (
	"context"
	"net/http"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/clausea/crawler/internal/service"
)

// maxBody is the maximum size of a message of a client, in bytes.
const maxBody = 1 << 20

// Handler serves the protocol over HTTP. Each request carries an API key in Authorization or
// X-API-Key; authenticate returns its caller. There are no sessions, so any number of replicas
// can serve a client.
func (s *Server) Handler(authenticate func(ctx context.Context, key string) (service.Caller, error)) http.Handler {
	protocol := mcp.NewStreamableHTTPHandler(func(r *http.Request) *mcp.Server {
		caller, _ := r.Context().Value(callerKey{}).(service.Caller)
		return s.serverOf(caller.Allows, origin{credentials(r), r.RemoteAddr})
	}, &mcp.StreamableHTTPOptions{
		Stateless: true, JSONResponse: true, MaxRequestBodyBytes: maxBody,
		// A reverse proxy on the same machine sends the Host of the client. A web page cannot send a
		// key, so it reaches no more than what anyone may read.
		DisableLocalhostProtection: true,
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, err := authenticate(r.Context(), keyOf(r))
		if err != nil {
			w.Header().Set("WWW-Authenticate", `Bearer realm="clausea"`)
			http.Error(w, "send a valid API key in the header Authorization: Bearer KEY", http.StatusUnauthorized)
			return
		}
		protocol.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller)))
	})
}

type callerKey struct{}

// keyOf returns the API key of a request, or "".
func keyOf(r *http.Request) string {
	if scheme, key, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(key)
	}
	return r.Header.Get("X-API-Key")
}

// credentials returns the headers of a request that its calls to the API need too.
func credentials(r *http.Request) http.Header {
	h := http.Header{}
	for _, name := range []string{"Authorization", "X-Api-Key", "X-Forwarded-For"} {
		if values := r.Header.Values(name); len(values) > 0 {
			h[name] = values
		}
	}
	return h
}
