package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/mcp"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
)

func newMCP(a *app) *cobra.Command {
	var apiURL string
	scopes := []string{"read", "crawl"}
	cmd := &cobra.Command{
		Use:   "mcp",
		Short: "Serve documents and crawls to language models by the Model Context Protocol",
		Long: `Serve documents and crawls to language models by the Model Context Protocol, on standard
input and output. The data is that of the store, of the standalone process that has it open,
or of the API at --api-url, to which requests are sent with the key in API_KEY. The api and
standalone commands serve the protocol over HTTP at /mcp too.`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, s := range scopes {
				if !slices.Contains([]string{"read", "crawl"}, s) {
					return usage("invalid scope %q; use read, or read,crawl", s)
				}
			}
			return a.serveMCP(cmd.Context(), apiURL, scopes)
		},
	}
	cmd.Flags().StringVar(&apiURL, "api-url", "", "`URL` of the API, such as https://clausea.example.com; API_KEY is its key")
	cmd.Flags().StringSliceVar(&scopes, "scopes", scopes, "what the tools may do: read, or read,crawl")
	return a.withSettings(cmd, settings.CommandMCP)
}

// serveMCP serves the protocol on standard input and output until the client ends.
func (a *app) serveMCP(ctx context.Context, apiURL string, scopes []string) error {
	var transport http.RoundTripper
	if apiURL != "" {
		u, err := url.Parse(apiURL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
			return usage("--api-url must be a URL such as https://clausea.example.com")
		}
		transport = remoteAPI{u, a.values.APIKey}
	} else {
		local, err := a.openLocalAPI(ctx, openExisting)
		if err != nil {
			return err
		}
		defer local.close()
		transport = local.client.Transport
	}
	description, err := readDescription(ctx, transport)
	if err != nil {
		return err
	}
	s, err := mcp.New(description, transport, buildVersion())
	if err != nil {
		return err
	}
	allowed := make([]store.APIScope, len(scopes))
	for i, scope := range scopes {
		allowed[i] = store.APIScope(scope)
	}
	return s.ServeStdio(ctx, allowed)
}

const (
	// maxDescription bounds the description of an API, in bytes. It has about 300 KB.
	maxDescription = 8 << 20
	// remoteAPITimeout limits a request to the API at --api-url.
	remoteAPITimeout = 60 * time.Second
)

// readDescription reads the OpenAPI description of an API.
func readDescription(ctx context.Context, transport http.RoundTripper) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, remoteAPITimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/openapi.json", nil)
	if err != nil {
		return nil, fmt.Errorf("read the description of the API: %w", err)
	}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("read the description of the API: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("read the description of the API: the server answers with status %s; check that --api-url is the URL of an API of Clausea", res.Status)
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, maxDescription))
	if err != nil {
		return nil, fmt.Errorf("read the description of the API: %w", err)
	}
	return b, nil
}

// remoteAPI sends requests to the API at a URL, with a key.
type remoteAPI struct {
	base *url.URL
	key  settings.Secret
}

// RoundTrip implements http.RoundTripper.
func (t remoteAPI) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(r.Context(), remoteAPITimeout)
	r = r.Clone(ctx)
	r.URL.Scheme, r.URL.Host, r.Host = t.base.Scheme, t.base.Host, ""
	r.URL.Path = strings.TrimSuffix(t.base.Path, "/") + r.URL.Path
	if !t.key.IsEmpty() {
		r.Header.Set("Authorization", "Bearer "+t.key.Reveal())
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		cancel()
		return nil, err
	}
	res.Body = cancelledBody{res.Body, cancel}
	return res, nil
}

// cancelledBody ends the context of a request when its response has been read.
type cancelledBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

// Close implements io.Closer.
func (b cancelledBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

// mcpPath is the path of the Model Context Protocol in the server of the API.
const mcpPath = "/mcp"

// withMCP serves the Model Context Protocol at mcpPath, and other paths by the API.
func withMCP(s *httpapi.Server, authenticate func(context.Context, string) (service.Caller, error), anonymous bool) (http.Handler, error) {
	api := s.Handler()
	description, err := s.Description()
	if err != nil {
		return nil, err
	}
	m, err := mcp.New(description, handlerTransport{api}, buildVersion())
	if err != nil {
		return nil, err
	}
	protocol := m.Handler(func(ctx context.Context, key string) (service.Caller, error) {
		if key == "" && anonymous {
			return service.Caller{Scopes: []store.APIScope{store.ScopeRead}}, nil
		}
		return authenticate(ctx, key)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == mcpPath {
			protocol.ServeHTTP(w, r)
			return
		}
		api.ServeHTTP(w, r)
	}), nil
}
