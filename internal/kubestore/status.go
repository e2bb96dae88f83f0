package kubestore

import (
	"context"
	"maps"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// status writes the status subresource. It does not change spec and metadata.
type status struct{ c *Client }

// Update implements client.SubResourceWriter.
func (s *status) Update(ctx context.Context, obj client.Object, opts ...client.SubResourceUpdateOption) error {
	o := client.SubResourceUpdateOptions{}
	o.ApplyOptions(opts)
	if o.SubResourceBody != nil {
		return notSupported("a separate subresource body")
	}
	want, err := toContent(obj, s.c.scheme)
	if err != nil {
		return err
	}
	at := precondition{obj.GetResourceVersion(), string(obj.GetUID())}
	return s.c.update(ctx, obj, at, o.DryRun, func(old content) (content, error) { return withStatusOf(old, want), nil })
}

// Patch implements client.SubResourceWriter for JSON merge patches.
func (s *status) Patch(ctx context.Context, obj client.Object, p client.Patch, opts ...client.SubResourcePatchOption) error {
	o := client.SubResourcePatchOptions{}
	o.ApplyOptions(opts)
	if o.SubResourceBody != nil {
		return notSupported("a separate subresource body")
	}
	merge, at, err := mergePatch(obj, p)
	if err != nil {
		return err
	}
	return s.c.update(ctx, obj, precondition{resourceVersion: at}, o.DryRun, func(old content) (content, error) {
		want, err := merge(old)
		if err != nil {
			return nil, err
		}
		return withStatusOf(old, want), nil
	})
}

// Create implements client.SubResourceWriter. It is not supported.
func (s *status) Create(context.Context, client.Object, client.Object, ...client.SubResourceCreateOption) error {
	return notSupported("creating a subresource")
}

// Apply implements client.SubResourceWriter. Server-side apply is not supported.
func (s *status) Apply(context.Context, runtime.ApplyConfiguration, ...client.SubResourceApplyOption) error {
	return notSupported("server-side apply")
}

// withStatusOf returns old with the status of want.
func withStatusOf(old, want content) content {
	out := maps.Clone(old)
	delete(out, "status")
	if v, ok := want["status"]; ok {
		out["status"] = v
	}
	return out
}
