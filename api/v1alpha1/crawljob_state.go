package v1alpha1

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
)

// CompanyKey is the store's key of the company that the job crawls: the referenced
// Company's, or the first domain of an inline one.
func (j *CrawlJob) CompanyKey() string {
	switch {
	case j.Spec.CompanyRef != nil:
		return StoreKey(j.Namespace, j.Spec.CompanyRef.Name)
	case j.Spec.Company != nil && len(j.Spec.Company.Domains) > 0:
		return StoreKey(j.Namespace, string(j.Spec.Company.Domains[0]))
	}
	return ""
}

// RunID is the key of the job's run in the store. It is made of the job's time of
// creation and uid, so that whoever starts the run starts the same one, and runs
// sort by time.
func (j *CrawlJob) RunID() string {
	return fmt.Sprintf("%012x%.16s", j.CreationTimestamp.UnixMilli(), strings.ReplaceAll(string(j.UID), "-", ""))
}

// Finished says that the job is Complete or Failed, which is final.
func (j *CrawlJob) Finished() bool {
	return meta.IsStatusConditionTrue(j.Status.Conditions, ConditionComplete) ||
		meta.IsStatusConditionTrue(j.Status.Conditions, ConditionFailed)
}

// Active says that the job has been started and is not finished: it may have a run
// that a worker crawls.
func (j *CrawlJob) Active() bool { return j.Status.StartTime != nil && !j.Finished() }
