package v1alpha1

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
)

// CompanyKey returns the key in the store of the company that the job crawls. It is derived
// from the name of the referenced Company, or from the first domain of an inline company.
func (j *CrawlJob) CompanyKey() string {
	switch {
	case j.Spec.CompanyRef != nil:
		return StoreKey(j.Namespace, j.Spec.CompanyRef.Name)
	case j.Spec.Company != nil && len(j.Spec.Company.Domains) > 0:
		return StoreKey(j.Namespace, string(j.Spec.Company.Domains[0]))
	}
	return ""
}

// RunID returns the identifier of the job's run in the store. It is derived from the creation
// time and the UID of the job, so that starting the run twice starts the same run, and so
// that runs sort by time.
func (j *CrawlJob) RunID() string {
	return fmt.Sprintf("%012x%.16s", j.CreationTimestamp.UnixMilli(), strings.ReplaceAll(string(j.UID), "-", ""))
}

// Finished reports whether the job is Complete or Failed. Both are final.
func (j *CrawlJob) Finished() bool {
	return meta.IsStatusConditionTrue(j.Status.Conditions, ConditionComplete) ||
		meta.IsStatusConditionTrue(j.Status.Conditions, ConditionFailed)
}

// Describe lists the counts in words: "3 new documents, 1 changed, 8 unchanged, 0 removed".
// It names the other counts if they are not zero.
func (c *DocumentCounts) Describe() string {
	noun := "documents"
	if c.New == 1 {
		noun = "document"
	}
	s := fmt.Sprintf("%d new %s, %d changed, %d unchanged, %d removed", c.New, noun, c.Changed, c.Unchanged, c.Removed)
	for _, other := range []struct {
		count int64
		name  string
	}{{c.Broken, "broken"}, {c.Unreachable, "unreachable"}, {c.NotVisited, "not visited"}} {
		if other.count > 0 {
			s += fmt.Sprintf(", %d %s", other.count, other.name)
		}
	}
	return s
}

// Active reports whether the run of the job is queued or started, and the job is not
// finished. A worker may be executing the run.
func (j *CrawlJob) Active() bool { return j.started() && !j.Finished() }

// Waiting reports whether the job is yet to be queued: it is neither active, finished,
// suspended nor being deleted.
func (j *CrawlJob) Waiting() bool {
	return !j.started() && !j.Finished() && !j.Spec.Suspend && j.DeletionTimestamp == nil
}

// started reports whether the run of the job was queued. A job of an earlier version has a
// start time only.
func (j *CrawlJob) started() bool { return j.Status.QueueTime != nil || j.Status.StartTime != nil }

// maxLabelValue is the maximum length of the value of a label, in bytes.
const maxLabelValue = 63

// CompanyLabel returns the value of LabelCompany for the job. It is empty if the name is too
// long for a label.
func (j *CrawlJob) CompanyLabel() string {
	name := ""
	switch {
	case j.Spec.CompanyRef != nil:
		name = j.Spec.CompanyRef.Name
	case j.Spec.Company != nil && len(j.Spec.Company.Domains) > 0:
		name = string(j.Spec.Company.Domains[0])
	}
	if len(name) > maxLabelValue {
		return ""
	}
	return name
}

// Found returns the number of documents whose text the crawl found.
func (c *DocumentCounts) Found() int64 { return c.New + c.Changed + c.Unchanged }
