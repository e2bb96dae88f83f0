package service

import (
	"context"
	"fmt"
	"sync/atomic"

	toolscache "k8s.io/client-go/tools/cache"
	ctrlcache "sigs.k8s.io/controller-runtime/pkg/cache"

	"github.com/clausea/crawler/api/v1alpha1"
)

// CountCompanyChanges returns a function for Resources.CompanyChanges. It counts until c ends.
func CountCompanyChanges(ctx context.Context, c ctrlcache.Cache) (func() int64, error) {
	informer, err := c.GetInformer(ctx, &v1alpha1.Company{}, ctrlcache.BlockUntilSynced(false))
	if err != nil {
		return nil, fmt.Errorf("watch the companies: %w", err)
	}
	var n atomic.Int64
	_, err = informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
		AddFunc: func(any) { n.Add(1) }, UpdateFunc: func(any, any) { n.Add(1) }, DeleteFunc: func(any) { n.Add(1) },
	})
	if err != nil {
		return nil, fmt.Errorf("watch the companies: %w", err)
	}
	return n.Load, nil
}
