package kubestore

import (
	"context"
	"encoding/json"
	"fmt"

	jsonpatch "github.com/evanphx/json-patch/v5"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Patch implements client.Writer for JSON merge patches (RFC 7396). A patch with a
// resourceVersion applies only to that version.
func (c *Client) Patch(ctx context.Context, obj client.Object, p client.Patch, opts ...client.PatchOption) error {
	o := client.PatchOptions{}
	o.ApplyOptions(opts)
	merge, at, err := mergePatch(obj, p)
	if err != nil {
		return err
	}
	return c.update(ctx, obj, precondition{resourceVersion: at}, o.DryRun, func(old content) (content, error) {
		want, err := merge(old)
		if err != nil {
			return nil, err
		}
		return withSpecOf(old, want), nil
	})
}

// mergePatch returns a function that applies p to the stored object, and the resource version
// in the patch, if any.
func mergePatch(obj client.Object, p client.Patch) (merge func(old content) (content, error), at string, err error) {
	if p.Type() != types.MergePatchType {
		return nil, "", notSupported("patch type " + string(p.Type()))
	}
	data, err := p.Data(obj)
	if err != nil {
		return nil, "", fmt.Errorf("create the patch of %T %s: %w", obj, obj.GetName(), err)
	}
	var named struct {
		Metadata struct {
			ResourceVersion string `json:"resourceVersion"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(data, &named); err != nil {
		return nil, "", apierrors.NewBadRequest("the patch is not a JSON object: " + err.Error())
	}
	return func(old content) (content, error) {
		b, err := json.Marshal(old)
		if err != nil {
			return nil, fmt.Errorf("patch %T %s: %w", obj, obj.GetName(), err)
		}
		merged, err := jsonpatch.MergePatch(b, data)
		if err != nil {
			return nil, apierrors.NewBadRequest("the patch does not apply: " + err.Error())
		}
		want, err := decodeJSON(merged)
		if err != nil {
			return nil, fmt.Errorf("patch %T %s: %w", obj, obj.GetName(), err)
		}
		return want, nil
	}, named.Metadata.ResourceVersion, nil
}
