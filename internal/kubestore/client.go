package kubestore

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"

	"github.com/clausea/crawler/internal/store"
)

// Client is a controller-runtime client over the store. It is safe for concurrent use.
type Client struct {
	objects store.Objects
	scheme  *runtime.Scheme
	mapper  meta.RESTMapper
	reader  client.Reader // a cache or the store
}

var _ client.Client = (*Client)(nil)

// NewClient returns a client that reads from the store without a cache.
func NewClient(objects store.Objects, scheme *runtime.Scheme) *Client {
	c := &Client{objects: objects, scheme: scheme, mapper: NewRESTMapper()}
	c.reader = &reader{c}
	return c
}

// clientFunc returns the NewClient function of a Manager. The client reads from its cache.
func clientFunc(objects store.Objects) client.NewClientFunc {
	return func(_ *rest.Config, o client.Options) (client.Client, error) {
		c := NewClient(objects, o.Scheme)
		if o.Cache != nil && o.Cache.Reader != nil {
			c.reader = o.Cache.Reader
		}
		return c, nil
	}
}

// Get implements client.Reader.
func (c *Client) Get(ctx context.Context, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
	return c.reader.Get(ctx, key, obj, opts...)
}

// List implements client.Reader.
func (c *Client) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	return c.reader.List(ctx, list, opts...)
}

// Scheme implements client.Client.
func (c *Client) Scheme() *runtime.Scheme { return c.scheme }

// RESTMapper implements client.Client.
func (c *Client) RESTMapper() meta.RESTMapper { return c.mapper }

// GroupVersionKindFor implements client.Client.
func (c *Client) GroupVersionKindFor(obj runtime.Object) (schema.GroupVersionKind, error) {
	return apiutil.GVKForObject(obj, c.scheme)
}

// IsObjectNamespaced implements client.Client. All supported kinds are namespaced.
func (c *Client) IsObjectNamespaced(obj runtime.Object) (bool, error) {
	if _, err := kindOf(obj, c.scheme); err != nil {
		return false, err
	}
	return true, nil
}

// Apply implements client.Writer. Server-side apply is not supported.
func (c *Client) Apply(context.Context, runtime.ApplyConfiguration, ...client.ApplyOption) error {
	return notSupported("server-side apply")
}

// DeleteAllOf implements client.Writer. It is not supported; callers list and delete.
func (c *Client) DeleteAllOf(context.Context, client.Object, ...client.DeleteAllOfOption) error {
	return notSupported("deleting a collection")
}

// Status implements client.StatusClient.
func (c *Client) Status() client.SubResourceWriter { return &status{c} }

// SubResource implements client.SubResourceClientConstructor. Only status is supported.
func (c *Client) SubResource(name string) client.SubResourceClient {
	return &subresource{status{c}, name}
}

// subresource is status with the read method that client.SubResourceClient requires.
type subresource struct {
	status
	name string
}

// Get implements client.SubResourceReader.
func (s *subresource) Get(context.Context, client.Object, client.Object, ...client.SubResourceGetOption) error {
	return notSupported("reading subresource " + s.name)
}

// Update implements client.SubResourceWriter.
func (s *subresource) Update(ctx context.Context, obj client.Object, opts ...client.SubResourceUpdateOption) error {
	if s.name != "status" {
		return notSupported("subresource " + s.name)
	}
	return s.status.Update(ctx, obj, opts...)
}

// Patch implements client.SubResourceWriter.
func (s *subresource) Patch(ctx context.Context, obj client.Object, p client.Patch, opts ...client.SubResourcePatchOption) error {
	if s.name != "status" {
		return notSupported("subresource " + s.name)
	}
	return s.status.Patch(ctx, obj, p, opts...)
}

// describeKey returns the kind, namespace and name of an object for errors.
func describeKey(key store.ObjectKey) string {
	return fmt.Sprintf("%s %s/%s", key.Kind, key.Namespace, key.Name)
}
