package kubestore

import (
	"context"
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/internal/store"
)

// reader reads from the store without a cache. Commands use it.
type reader struct{ c *Client }

// Get implements client.Reader.
func (r *reader) Get(ctx context.Context, key client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	kind, err := kindOf(obj, r.c.scheme)
	if err != nil {
		return err
	}
	k := store.ObjectKey{Kind: kind, Namespace: key.Namespace, Name: key.Name}
	o, err := r.c.objects.GetObject(ctx, k)
	if err != nil {
		return apiError(err, kinds[kind], key.Name)
	}
	return decodeInto(obj, o)
}

// List implements client.Reader. It selects by namespace and labels, orders by namespace and
// name, and supports Limit and Continue. Field selectors require a cache.
func (r *reader) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	o := client.ListOptions{}
	o.ApplyOptions(opts)
	if o.FieldSelector != nil && !o.FieldSelector.Empty() {
		return notSupported("listing with a field selector without a cache")
	}
	kind, item, err := itemOf(list, r.c.scheme)
	if err != nil {
		return err
	}
	f := collector{item: item, selector: o.LabelSelector}
	next, version, err := listAll(ctx, r.c.objects, kind, o.Namespace, int(o.Limit), o.Continue, f.add)
	if err != nil {
		return apiError(err, kinds[kind], "")
	}
	list.SetResourceVersion(version)
	list.SetContinue(next)
	return meta.SetList(list, f.out)
}

// itemOf returns the kind of the items of a list, and a new item.
func itemOf(list runtime.Object, scheme *runtime.Scheme) (string, client.Object, error) {
	gvks, _, err := scheme.ObjectKinds(list)
	if err != nil {
		return "", nil, fmt.Errorf("find the kind of %T: %w", list, err)
	}
	for kind := range kinds {
		if gvks[0].Kind != kind+"List" {
			continue
		}
		if _, ok := list.(*unstructured.UnstructuredList); ok {
			return kind, &unstructured.Unstructured{}, nil
		}
		obj, err := scheme.New(gvks[0].GroupVersion().WithKind(kind))
		if err != nil {
			return "", nil, fmt.Errorf("create a %s: %w", kind, err)
		}
		item, ok := obj.(client.Object)
		if !ok {
			return "", nil, fmt.Errorf("type %s has no metadata", kind)
		}
		return kind, item, nil
	}
	return "", nil, notSupported("lists of kind " + gvks[0].Kind)
}

// listAll reads one page of at most limit objects after a continue token, or all pages if limit is
// 0, and passes each page to add. The returned version is the version of the first page.
func listAll(ctx context.Context, s store.Objects, kind, namespace string, limit int, after string, add func([]store.Object) error) (next, version string, err error) {
	p := store.ListOptions{Limit: store.MaxLimit, Continue: after}
	if limit > 0 {
		p.Limit = min(limit, store.MaxLimit)
	}
	for {
		page, more, v, err := s.ListObjects(ctx, kind, namespace, p)
		if err != nil {
			return "", "", err
		}
		if err := add(page); err != nil {
			return "", "", err
		}
		if version == "" {
			version = v
		}
		if more == "" || limit > 0 {
			return more, version, nil
		}
		p.Continue = more
	}
}

// collector converts stored objects that match selector to objects of the type of item.
type collector struct {
	item     client.Object
	selector labels.Selector
	out      []runtime.Object
}

// add converts the matching objects and appends them to out.
func (f *collector) add(objects []store.Object) error {
	for _, o := range objects {
		if f.selector != nil && !f.selector.Matches(labels.Set(o.Labels)) {
			continue
		}
		obj, ok := reflect.New(reflect.TypeOf(f.item).Elem()).Interface().(client.Object)
		if !ok {
			return fmt.Errorf("create a %T", f.item)
		}
		if err := decodeInto(obj, o); err != nil {
			return err
		}
		f.out = append(f.out, obj)
	}
	return nil
}
