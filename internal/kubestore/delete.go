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

// Delete implements client.Writer, in two phases: an object with finalizers is
// marked, and goes when the last of them is taken off. There is no garbage
// collector, so that a propagation policy is refused but for the one without effect.
func (c *Client) Delete(ctx context.Context, obj client.Object, opts ...client.DeleteOption) error {
	o := client.DeleteOptions{}
	o.ApplyOptions(opts)
	if len(o.DryRun) > 0 {
		return notSupported("a dry run of a deletion")
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
	return apiError(fmt.Errorf("delete %s: others were quicker %d times: %w", describeKey(key), maxAttempts, store.ErrConflict), kinds[kind], key.Name)
}

// errRetry says that the object changed between the read and the write.
var errRetry = errors.New("changed meanwhile")

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
		return fmt.Errorf("%s is damaged: %w", describeKey(key), err)
	}
	m := metadataOf(cur)
	if finalizers, _ := m["finalizers"].([]any); len(finalizers) == 0 {
		return retryOnConflict(c.objects.DeleteObject(ctx, key, have.ResourceVersion))
	}
	if m["deletionTimestamp"] != nil {
		return nil
	}
	m["deletionTimestamp"], m["deletionGracePeriodSeconds"] = time.Now().UTC().Format(time.RFC3339), int64(0)
	// As an API server does, so that controllers that watch generations see it.
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

func retryOnConflict(err error) error {
	if errors.Is(err, store.ErrConflict) {
		return errRetry
	}
	return err
}
