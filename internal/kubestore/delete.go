package kubestore

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/internal/store"
)

// Delete implements client.Writer with two-phase deletion: it only marks an object that has
// finalizers, and removing the last finalizer deletes it. There is no garbage collector.
func (c *Client) Delete(ctx context.Context, obj client.Object, opts ...client.DeleteOption) error {
	o := client.DeleteOptions{}
	o.ApplyOptions(opts)
	if len(o.DryRun) > 0 {
		return notSupported("deleting with dry run")
	}
	kind, err := kindOf(obj, c.scheme)
	if err != nil {
		return err
	}
	key := keyOf(kind, obj)
	for range maxAttempts {
		err := c.deleteOnce(ctx, key, o.Preconditions)
		if err == nil || !errors.Is(err, errRetry) {
			return apiError(err, kinds[kind], key.Name)
		}
	}
	return apiError(fmt.Errorf("delete %s: conflict in each of %d attempts: %w", describeKey(key), maxAttempts, store.ErrConflict), kinds[kind], key.Name)
}

// errRetry means that the object changed between the read and the write.
var errRetry = errors.New("the object was modified concurrently")

// deleteOnce makes one attempt to delete an object.
func (c *Client) deleteOnce(ctx context.Context, key store.ObjectKey, p *metav1.Preconditions) error {
	have, err := c.objects.GetObject(ctx, key)
	if err != nil {
		return err
	}
	if p != nil && (p.UID != nil && string(*p.UID) != have.UID || p.ResourceVersion != nil && *p.ResourceVersion != have.ResourceVersion) {
		return store.ErrConflict
	}
	cur, err := decodeJSON(have.JSON)
	if err != nil {
		return fmt.Errorf("decode %s: %w", describeKey(key), err)
	}
	m := metadataOf(cur)
	if finalizers, _ := m["finalizers"].([]any); len(finalizers) == 0 {
		return retryOnConflict(c.objects.DeleteObject(ctx, key, have.ResourceVersion))
	}
	if m["deletionTimestamp"] != nil {
		return nil
	}
	m["deletionTimestamp"], m["deletionGracePeriodSeconds"] = time.Now().UTC().Format(time.RFC3339), int64(0)
	// An API server increments the generation too, so that predicates on it see the deletion.
	if g, ok := m["generation"].(int64); ok {
		m["generation"] = g + 1
	}
	next, err := toStoreObject(key.Kind, cur, have.ResourceVersion)
	if err != nil {
		return err
	}
	_, err = c.objects.UpdateObject(ctx, next)
	return retryOnConflict(err)
}

// retryOnConflict returns errRetry if err is a conflict, and err otherwise.
func retryOnConflict(err error) error {
	if errors.Is(err, store.ErrConflict) {
		return errRetry
	}
	return err
}
