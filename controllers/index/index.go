// Package index registers the field indexes by which both controllers list CrawlJobs.
package index

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
)

// CrawlJobCompany indexes CrawlJobs by the store key of their company.
const CrawlJobCompany = "company"

// Register adds the indexes to a cache. Call it once per cache, before the controllers start.
func Register(ctx context.Context, indexer client.FieldIndexer) error {
	err := indexer.IndexField(ctx, &v1alpha1.CrawlJob{}, CrawlJobCompany, func(obj client.Object) []string {
		job, ok := obj.(*v1alpha1.CrawlJob)
		if !ok {
			return nil
		}
		return []string{job.CompanyKey()}
	})
	if err != nil {
		return fmt.Errorf("index CrawlJobs by company: %w", err)
	}
	return nil
}

// ByCompany selects the CrawlJobs of a company by its store key.
func ByCompany(key string) client.MatchingFields {
	return client.MatchingFields{CrawlJobCompany: key}
}
