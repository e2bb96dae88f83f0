package scale

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"

	"github.com/clausea/crawler/internal/unixsocket"
)

// resourceClient is what the benchmark uses of a client.
type resourceClient interface {
	Get(ctx context.Context, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error
	Create(ctx context.Context, obj client.Object, opts ...client.CreateOption) error
	Patch(ctx context.Context, obj client.Object, patch client.Patch, opts ...client.PatchOption) error
}

// socketClient reaches the resources of the process that has the embedded store open, through
// the API on its socket.
type socketClient struct{ http http.Client }

// callTimeout limits a request to the socket.
const callTimeout = time.Minute

// dialSocket returns a client of the process that has a folder open, or nil if there is none.
func dialSocket(ctx context.Context, folder string) *socketClient {
	socket := filepath.Join(folder, "clausea.sock")
	probe, err := unixsocket.Dial(ctx, socket)
	if err != nil {
		return nil
	}
	_ = probe.Close()
	t := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return unixsocket.Dial(ctx, socket) }}
	return &socketClient{http.Client{Transport: t, Timeout: callTimeout}}
}

func (c *socketClient) close() { c.http.CloseIdleConnections() }

// call sends a request, and decodes the response into out.
func (c *socketClient) call(ctx context.Context, method, path, contentType string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://clausea"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", contentType)
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if res.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: status %d: %.300s", method, path, res.StatusCode, b)
	}
	return json.Unmarshal(b, out)
}

func kindOf(obj client.Object) (string, error) {
	gvk, err := apiutil.GVKForObject(obj, scheme)
	return gvk.Kind, err
}

// Get reads a resource.
func (c *socketClient) Get(ctx context.Context, key client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	kind, err := kindOf(obj)
	if err != nil {
		return err
	}
	return c.call(ctx, http.MethodGet, fmt.Sprintf("/v1/resources/%s/%s/%s", kind, key.Namespace, key.Name), "application/json", nil, obj)
}

// Create creates a resource.
func (c *socketClient) Create(ctx context.Context, obj client.Object, _ ...client.CreateOption) error {
	gvk, err := apiutil.GVKForObject(obj, scheme)
	if err != nil {
		return err
	}
	obj.GetObjectKind().SetGroupVersionKind(gvk)
	b, err := json.Marshal(obj)
	if err != nil {
		return fmt.Errorf("encode %s: %w", obj.GetName(), err)
	}
	return c.call(ctx, http.MethodPost, "/v1/resources/"+gvk.Kind, "application/json", b, obj)
}

// Patch changes the spec of a Company by a merge patch, and reads the Company.
func (c *socketClient) Patch(ctx context.Context, obj client.Object, patch client.Patch, _ ...client.PatchOption) error {
	b, err := patch.Data(obj)
	if err != nil {
		return fmt.Errorf("encode a patch of %s: %w", obj.GetName(), err)
	}
	var company struct{}
	if err := c.call(ctx, http.MethodPatch, "/v1/companies/"+obj.GetName(), string(patch.Type()), b, &company); err != nil {
		return err
	}
	return c.Get(ctx, client.ObjectKeyFromObject(obj), obj)
}
