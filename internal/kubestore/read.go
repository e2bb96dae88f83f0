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

// reader reads from the store without a cache, for the commands.
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

// List implements client.Reader: by namespace and labels, in the order of
// namespace and name, with Limit and Continue. Field selectors need a cache.
func (r *reader) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	o := client.ListOptions{}
	o.ApplyOptions(opts)
	if o.FieldSelector != nil && !o.FieldSelector.Empty() {
		return notSupported("listing by fields from the store itself")
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

// itemOf is the kind of a list's items, and a new one of them.
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
			return "", nil, fmt.Errorf("make a %s: %w", kind, err)
		}
		item, ok := obj.(client.Object)
		if !ok {
			return "", nil, fmt.Errorf("a %s has no metadata", kind)
		}
		return kind, item, nil
	}
	return "", nil, notSupported("lists of kind " + gvks[0].Kind)
}

// listAll reads limit objects after the token, or all of them where limit is 0, and
// gives each page to take: what is read need not be kept. The version is that of before
// the first was read.
func listAll(ctx context.Context, s store.Objects, kind, namespace string, limit int, after string, take func([]store.Object) error) (next, version string, err error) {
	p := store.ListOptions{Limit: store.MaxLimit, Continue: after}
	if limit > 0 {
		p.Limit = min(limit, store.MaxLimit)
	}
	for {
		page, more, v, err := s.ListObjects(ctx, kind, namespace, p)
		if err != nil {
			return "", "", err
		}
		if err := take(page); err != nil {
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

// collector makes objects like item of what it takes, of those that choose selects.
type collector struct {
	item     client.Object
	selector labels.Selector
	out      []runtime.Object
}

func (f *collector) add(objects []store.Object) error {
	for _, o := range objects {
		if f.selector != nil && !f.selector.Matches(labels.Set(o.Labels)) {
			continue
		}
		obj, ok := reflect.New(reflect.TypeOf(f.item).Elem()).Interface().(client.Object)
		if !ok {
			return fmt.Errorf("make a %T", f.item)
		}
		if err := decodeInto(obj, o); err != nil {
			return err
		}
		f.out = append(f.out, obj)
	}
	return nil
}
