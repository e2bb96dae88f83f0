package company

import (
	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/scope"
)

// companyScope is the scope of one Company, and holds what its stages share.
type companyScope struct {
	*scope.Scope
	company *v1alpha1.Company
	// recorded is status.lastCrawl as it was read; summarize replaces it.
	recorded *v1alpha1.CrawlSummary

	jobs     []v1alpha1.CrawlJob // the CrawlJobs that name the Company, oldest first
	blocking *v1alpha1.CrawlJob  // the active job, or else a waiting one; nil if there is none
	last     *v1alpha1.CrawlJob  // the job that finished last, nil if there is none
}

func (r *Reconciler) newScope(c *v1alpha1.Company) *companyScope {
	config := scope.Config{Client: r.Client, Recorder: r.Recorder, Now: r.Now, Redact: r.Redact}
	return &companyScope{
		Scope: scope.New(config, c, &c.Status.Conditions, &c.Status.ObservedGeneration), company: c, recorded: c.Status.LastCrawl.DeepCopy(),
	}
}

// lastIsRecorded reports whether the stored status has the result of the last job.
func (s *companyScope) lastIsRecorded() bool {
	return s.recorded != nil && s.recorded.RunID == s.last.RunID()
}

// storeKey returns the key of a Company in the store.
func storeKey(c *v1alpha1.Company) string { return v1alpha1.StoreKey(c.Namespace, c.Name) }
