package kubestore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"

	"github.com/clausea/crawler/internal/store"
)

// content is an object decoded from JSON, with integers as int64.
type content = map[string]any

// kindOf returns the kind of obj, or ErrNotSupported.
func kindOf(obj runtime.Object, scheme *runtime.Scheme) (string, error) {
	gvk, err := apiutil.GVKForObject(obj, scheme)
	if err != nil {
		return "", fmt.Errorf("determine the kind of %T: %w", obj, err)
	}
	if _, ok := kinds[gvk.Kind]; !ok {
		return "", notSupported("resources of kind " + gvk.Kind)
	}
	return gvk.Kind, nil
}

func keyOf(kind string, obj client.Object) store.ObjectKey {
	return store.ObjectKey{Kind: kind, Namespace: obj.GetNamespace(), Name: obj.GetName()}
}

// toContent converts obj to content. It sets apiVersion and kind, which typed objects often
// lack.
func toContent(obj runtime.Object, scheme *runtime.Scheme) (content, error) {
	gvk, err := apiutil.GVKForObject(obj, scheme)
	if err != nil {
		return nil, fmt.Errorf("determine the kind of %T: %w", obj, err)
	}
	b, err := json.Marshal(obj)
	if err != nil {
		return nil, fmt.Errorf("encode %s as JSON: %w", gvk.Kind, err)
	}
	c, err := decodeJSON(b)
	if err != nil {
		return nil, fmt.Errorf("decode %s from JSON: %w", gvk.Kind, err)
	}
	c["apiVersion"], c["kind"] = gvk.GroupVersion().String(), gvk.Kind
	return c, nil
}

// decodeJSON decodes JSON with integers as int64.
func decodeJSON(b []byte) (content, error) {
	c := content{}
	return c, utiljson.Unmarshal(b, &c)
}

// decodeInto replaces the content of obj with the stored object.
func decodeInto(obj runtime.Object, o store.Object) error {
	v := reflect.ValueOf(obj).Elem()
	v.Set(reflect.Zero(v.Type()))
	if err := json.Unmarshal(o.JSON, obj); err != nil {
		return fmt.Errorf("decode %s %s/%s: %w", o.Kind, o.Namespace, o.Name, err)
	}
	m, err := meta.Accessor(obj)
	if err != nil {
		return fmt.Errorf("%s %s/%s: %w", o.Kind, o.Namespace, o.Name, err)
	}
	m.SetResourceVersion(o.ResourceVersion)
	return nil
}

// metadataOf returns the metadata of an object and adds it if it is missing.
func metadataOf(c content) content {
	m, ok := c["metadata"].(content)
	if !ok {
		m = content{}
		c["metadata"] = m
	}
	return m
}

// toStoreObject converts c to a store.Object. The resource version becomes a field of the
// store.Object and is removed from the JSON.
func toStoreObject(kind string, c content, version string) (store.Object, error) {
	m := metadataOf(c)
	delete(m, "resourceVersion")
	delete(m, "managedFields")
	b, err := json.Marshal(c)
	if err != nil {
		return store.Object{}, fmt.Errorf("encode %s as JSON: %w", kind, err)
	}
	o := store.Object{ResourceVersion: version, JSON: b}
	o.Kind = kind
	o.Namespace, _ = m["namespace"].(string)
	o.Name, _ = m["name"].(string)
	o.UID, _ = m["uid"].(string)
	if labels, ok := m["labels"].(content); ok {
		o.Labels = make(map[string]string, len(labels))
		for k, v := range labels {
			o.Labels[k], _ = v.(string)
		}
	}
	return o, nil
}

// equalJSON reports whether two objects have the same JSON.
func equalJSON(a, b store.Object) bool { return bytes.Equal(a.JSON, b.JSON) }
