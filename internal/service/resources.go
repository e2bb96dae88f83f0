package service

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
)

// Resources gives access to Companies and CrawlJobs: in a cluster, or in the store.
type Resources struct {
	// Client writes, and reads the current state of single resources.
	Client client.Client
	// Cache lists resources from memory. It may be some milliseconds behind Client.
	Cache client.Reader
	// CompanyChanges counts the changes of Companies that Cache has seen. The count may be some
	// milliseconds behind Cache. nil: unknown.
	CompanyChanges func() int64
	// Namespace holds the resources that the use cases see.
	Namespace string
}

// The limits of a wait for the cache.
const (
	cacheWait = 2 * time.Second
	cachePoll = 5 * time.Millisecond
)

// awaitCompany waits until Cache has a Company that was just written, so that its writer reads it. A
// cache that is far behind does not fail the write, which has happened.
func (r Resources) awaitCompany(ctx context.Context, written *v1alpha1.Company) {
	ctx, cancel := context.WithTimeout(ctx, cacheWait)
	defer cancel()
	tick := time.NewTicker(cachePoll)
	defer tick.Stop()
	for {
		var c v1alpha1.Company
		err := r.Cache.Get(ctx, client.ObjectKeyFromObject(written), &c)
		if err == nil && c.Generation >= written.Generation || err != nil && !apierrors.IsNotFound(err) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
