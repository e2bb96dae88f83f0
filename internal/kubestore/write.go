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

// maxAttempts bounds the tries of a write that carries no version of its own, against
// writers that are always quicker.
const maxAttempts = 50

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
	m := metadataOf(cur)
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
	rec, err := toStoreObject(kind, cur, "")
	if err != nil {
		return err
	}
	if len(o.DryRun) == 0 {
		if rec, err = c.objects.CreateObject(ctx, rec); err != nil {
			return apiError(err, kinds[kind], rec.Name)
		}
	}
	return decodeInto(obj, rec)
}

// DefaultNamespace is where objects are that name none.
const DefaultNamespace = "default"

// admit checks an object as an API server does, and fills in its defaults.
func admit(ctx context.Context, kind string, cur, old content) error {
	n, _ := metadataOf(cur)["name"].(string)
	errs := validateMetadata(cur, old)
	k, err := schema.ForKind(kind)
	if err != nil {
		return err
	}
	errs = append(errs, k.Admit(ctx, cur, old)...)
	if len(errs) == 0 {
		return nil
	}
	gvk := groupKindOf(kind)
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
		return apierrors.NewInvalid(groupKindOf(kind), obj.GetName(), field.ErrorList{
			field.Invalid(field.NewPath("metadata", "resourceVersion"), 0, "must be specified for an update"),
		})
	}
	want, err := toContent(obj, c.scheme)
	if err != nil {
		return err
	}
	return c.update(ctx, obj, precondition{obj.GetResourceVersion(), string(obj.GetUID())}, o.DryRun, func(old content) (content, error) { return withSpecOf(old, want), nil })
}

// withSpecOf is want as far as an update of the main resource may go: the status and what
// the system owns of the metadata stay.
func withSpecOf(old, want content) content {
	out := maps.Clone(want)
	delete(out, "status")
	if s, ok := old["status"]; ok {
		out["status"] = s
	}
	m, was := maps.Clone(metadataOf(want)), metadataOf(old)
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

// updateGeneration makes the generation one more where an admitted object has another spec than
// the stored one had. Both have their defaults then, so that leaving them out is no change.
func updateGeneration(cur, old content) {
	if !reflect.DeepEqual(old["spec"], cur["spec"]) {
		generation, _ := metadataOf(old)["generation"].(int64)
		metadataOf(cur)["generation"] = generation + 1
	}
}

// precondition is what a write asks the stored object to be; empty is whatever it is.
type precondition struct{ resourceVersion, uid string }

// update replaces the stored object by what edit makes of it, and fills obj with the
// result. An object that is being deleted and has lost its last finalizer goes.
func (c *Client) update(ctx context.Context, obj client.Object, want precondition, dryRun []string, edit func(old content) (content, error)) error {
	kind, err := kindOf(obj, c.scheme)
	if err != nil {
		return err
	}
	key := keyOf(kind, obj)
	for range maxAttempts {
		done, err := c.updateOnce(ctx, key, want, dryRun, edit)
		if err == nil {
			return decodeInto(obj, done)
		}
		if !errors.Is(err, store.ErrConflict) || want.resourceVersion != "" {
			return apiError(err, kinds[kind], key.Name)
		}
	}
	return apiError(fmt.Errorf("write %s: others were quicker %d times: %w", describeKey(key), maxAttempts, store.ErrConflict), kinds[kind], key.Name)
}

func (c *Client) updateOnce(ctx context.Context, key store.ObjectKey, want precondition, dryRun []string, edit func(old content) (content, error)) (store.Object, error) {
	have, err := c.objects.GetObject(ctx, key)
	if err != nil {
		return have, err
	}
	if v := want.resourceVersion; v != "" && v != have.ResourceVersion || want.uid != "" && want.uid != have.UID {
		return have, store.ErrConflict
	}
	old, err := decodeJSON(have.JSON)
	if err != nil {
		return have, fmt.Errorf("%s is damaged: %w", describeKey(key), err)
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
	updateGeneration(cur, old)
	next, err := toStoreObject(key.Kind, cur, have.ResourceVersion)
	if err != nil {
		return have, err
	}
	m := metadataOf(cur)
	if finalizers, _ := m["finalizers"].([]any); m["deletionTimestamp"] != nil && len(finalizers) == 0 {
		if len(dryRun) > 0 {
			return next, nil
		}
		return next, c.objects.DeleteObject(ctx, key, have.ResourceVersion)
	}
	// As an API server does: what changes nothing is not written.
	if next.UID = have.UID; equalJSON(next, have) || len(dryRun) > 0 {
		return next, nil
	}
	return c.objects.UpdateObject(ctx, next)
}
