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

// maxAttempts limits the attempts of a write without a resource version if other writers cause
// conflicts. It was chosen by hand.
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

// DefaultNamespace is the namespace of objects that specify none.
const DefaultNamespace = "default"

// admit sets the defaults of an object and validates it as an API server does.
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

// Update implements client.Writer. It does not change the status.
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

// withSpecOf returns want with the status and the system-owned metadata of old, which an update
// of the main resource cannot change.
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

// updateGeneration increments the generation if the spec has changed. Both objects have their
// defaults, so omitting a default is not a change.
func updateGeneration(cur, old content) {
	if !reflect.DeepEqual(old["spec"], cur["spec"]) {
		generation, _ := metadataOf(old)["generation"].(int64)
		metadataOf(cur)["generation"] = generation + 1
	}
}

// precondition is the resource version and the UID that a write requires of the stored object.
// An empty value is not checked.
type precondition struct{ resourceVersion, uid string }

// update replaces the stored object with the result of edit, and decodes the new object into
// obj. It deletes an object that is being deleted and has no finalizers left.
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
	return apiError(fmt.Errorf("write %s: conflict in each of %d attempts: %w", describeKey(key), maxAttempts, store.ErrConflict), kinds[kind], key.Name)
}

// updateOnce makes one attempt to update an object.
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
		return have, fmt.Errorf("decode %s: %w", describeKey(key), err)
	}
	k, err := schema.ForKind(key.Kind)
	if err != nil {
		return have, err
	}
	k.Default(old) // as an API server does: the object may be older than a default
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
	// Like an API server, do not write an unchanged object.
	if next.UID = have.UID; equalJSON(next, have) || len(dryRun) > 0 {
		return next, nil
	}
	return c.objects.UpdateObject(ctx, next)
}
