package kubestore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"time"

	"github.com/google/uuid"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/storage/names"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/internal/schema"
	"github.com/clausea/crawler/internal/store"
)

// maxTries bounds the tries of a write that carries no version of its own, against
// writers that are always quicker.
const maxTries = 50

// Create implements client.Writer.
func (c *Client) Create(ctx context.Context, obj client.Object, opts ...client.CreateOption) error {
	o := client.CreateOptions{}
	o.ApplyOptions(opts)
	kind, err := kindOf(obj, c.scheme)
	if err != nil {
		return err
	}
	if obj.GetResourceVersion() != "" {
		return apierrors.NewBadRequest("resourceVersion should not be set on objects to be created")
	}
	cur, err := toContent(obj, c.scheme)
	if err != nil {
		return err
	}
	m := metaOf(cur)
	if n, _ := m["name"].(string); n == "" && obj.GetGenerateName() != "" {
		m["name"] = names.SimpleNameGenerator.GenerateName(obj.GetGenerateName())
	}
	if n, _ := m["namespace"].(string); n == "" {
		m["namespace"] = DefaultNamespace
	}
	m["uid"], m["generation"] = uuid.NewString(), int64(1)
	m["creationTimestamp"] = time.Now().UTC().Format(time.RFC3339)
	delete(m, "deletionTimestamp")
	delete(m, "deletionGracePeriodSeconds")
	delete(cur, "status")
	if err := admit(ctx, kind, cur, nil); err != nil {
		return err
	}
	rec, err := stored(kind, cur, "")
	if err != nil {
		return err
	}
	if len(o.DryRun) == 0 {
		if rec, err = c.objects.CreateObject(ctx, rec); err != nil {
			return apiError(err, kinds[kind], rec.Name)
		}
	}
	return fill(obj, rec)
}

// DefaultNamespace is where objects are that name none.
const DefaultNamespace = "default"

// admit checks an object as an API server does, and fills in its defaults.
func admit(ctx context.Context, kind string, cur, old content) error {
	n, _ := metaOf(cur)["name"].(string)
	errs := checkMeta(cur, old)
	k, err := schema.ForKind(kind)
	if err != nil {
		return err
	}
	errs = append(errs, k.Admit(ctx, cur, old)...)
	if len(errs) == 0 {
		return nil
	}
	gvk := schemaKind(kind)
	return apierrors.NewInvalid(gvk, n, errs)
}

// Update implements client.Writer. The status is left as it is stored.
func (c *Client) Update(ctx context.Context, obj client.Object, opts ...client.UpdateOption) error {
	o := client.UpdateOptions{}
	o.ApplyOptions(opts)
	if obj.GetResourceVersion() == "" {
		kind, err := kindOf(obj, c.scheme)
		if err != nil {
			return err
		}
		return apierrors.NewInvalid(schemaKind(kind), obj.GetName(), field.ErrorList{
			field.Invalid(field.NewPath("metadata", "resourceVersion"), 0, "must be specified for an update"),
		})
	}
	want, err := toContent(obj, c.scheme)
	if err != nil {
		return err
	}
	return c.change(ctx, obj, version{obj.GetResourceVersion(), string(obj.GetUID())}, o.DryRun, func(old content) (content, error) { return spec(old, want), nil })
}

// spec is want as far as an update of the main resource may go: the status and what
// the system owns of the metadata stay.
func spec(old, want content) content {
	out := maps.Clone(want)
	delete(out, "status")
	if s, ok := old["status"]; ok {
		out["status"] = s
	}
	m, was := maps.Clone(metaOf(want)), metaOf(old)
	for _, k := range []string{"uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "name", "namespace"} {
		delete(m, k)
		if v, ok := was[k]; ok {
			m[k] = v
		}
	}
	delete(m, "resourceVersion")
	out["metadata"] = m
	return out
}

// count makes the generation one more where an admitted object has another spec than
// the stored one had. Both have their defaults then, so that leaving them out is no change.
func count(cur, old content) {
	if !reflect.DeepEqual(old["spec"], cur["spec"]) {
		generation, _ := metaOf(old)["generation"].(int64)
		metaOf(cur)["generation"] = generation + 1
	}
}

// version is what a write asks the stored object to be; empty is whatever it is.
type version struct{ resourceVersion, uid string }

// change replaces the stored object by what edit makes of it, and fills obj with the
// result. An object that is being deleted and has lost its last finalizer goes.
func (c *Client) change(ctx context.Context, obj client.Object, want version, dryRun []string, edit func(old content) (content, error)) error {
	kind, err := kindOf(obj, c.scheme)
	if err != nil {
		return err
	}
	key := keyOf(kind, obj)
	for range maxTries {
		done, err := c.changeOnce(ctx, key, want, dryRun, edit)
		if err == nil {
			return fill(obj, done)
		}
		if !errors.Is(err, store.ErrConflict) || want.resourceVersion != "" {
			return apiError(err, kinds[kind], key.Name)
		}
	}
	return apiError(fmt.Errorf("write %s: others were quicker %d times: %w", name(key), maxTries, store.ErrConflict), kinds[kind], key.Name)
}

func (c *Client) changeOnce(ctx context.Context, key store.ObjectKey, want version, dryRun []string, edit func(old content) (content, error)) (store.Object, error) {
	have, err := c.objects.GetObject(ctx, key)
	if err != nil {
		return have, err
	}
	if v := want.resourceVersion; v != "" && v != have.ResourceVersion || want.uid != "" && want.uid != have.UID {
		return have, store.ErrConflict
	}
	old, err := parse(have.JSON)
	if err != nil {
		return have, fmt.Errorf("%s is damaged: %w", name(key), err)
	}
	k, err := schema.ForKind(key.Kind)
	if err != nil {
		return have, err
	}
	k.Default(old) // as an API server does: it may be from before a default was there
	cur, err := edit(old)
	if err != nil {
		return have, err
	}
	if err := admit(ctx, key.Kind, cur, old); err != nil {
		return have, err
	}
	count(cur, old)
	next, err := stored(key.Kind, cur, have.ResourceVersion)
	if err != nil {
		return have, err
	}
	m := metaOf(cur)
	if finalizers, _ := m["finalizers"].([]any); m["deletionTimestamp"] != nil && len(finalizers) == 0 {
		if len(dryRun) > 0 {
			return next, nil
		}
		return next, c.objects.DeleteObject(ctx, key, have.ResourceVersion)
	}
	// As an API server does: what changes nothing is not written.
	if next.UID = have.UID; same(next, have) || len(dryRun) > 0 {
		return next, nil
	}
	return c.objects.UpdateObject(ctx, next)
}
