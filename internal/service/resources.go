package service

import (
	"sigs.k8s.io/controller-runtime/pkg/client"
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
