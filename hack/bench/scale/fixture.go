package scale

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
)

// The resources are those of a service that has run for some time: each Company has a
// schedule and the results of its last crawl, and each CrawlJob is complete.

// jobsPerCompany is the number of CrawlJobs of each Company. The history limit is three.
const jobsPerCompany = 2

func companyName(i int) string { return fmt.Sprintf("company-%05d", i) }

func newCompany(i int) *v1alpha1.Company {
	c := &v1alpha1.Company{
		TypeMeta:   metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: "Company"},
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: companyName(i), Finalizers: []string{v1alpha1.CompanyFinalizer}},
	}
	domain := companyName(i) + ".example"
	c.Spec.DisplayName = fmt.Sprintf("Company %d Limited", i)
	c.Spec.Domains = []v1alpha1.Domain{v1alpha1.Domain(domain), v1alpha1.Domain("www." + domain)}
	c.Spec.Seeds = []v1alpha1.Seed{{URL: "https://" + domain + "/legal/privacy", Type: "privacy_policy"}, {URL: "https://" + domain + "/legal/terms"}}
	c.Spec.ExpectedTypes = []v1alpha1.DocumentType{"privacy_policy", "terms_of_service", "cookie_policy"}
	c.Spec.Schedule = &v1alpha1.Schedule{Cron: "30 2 * * *", TimeZone: "Etc/UTC"}
	return c
}

// setCrawledStatus sets the status of a Company after its last job.
func setCrawledStatus(c *v1alpha1.Company, last *v1alpha1.CrawlJob) {
	now := metav1.Now().Rfc3339Copy()
	next := metav1.NewTime(now.Add(24 * time.Hour))
	domain := string(c.Spec.Domains[0])
	c.Status = v1alpha1.CompanyStatus{
		ObservedGeneration: c.Generation,
		Conditions: []metav1.Condition{{
			Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonSucceeded, ObservedGeneration: c.Generation,
			Message: "The next crawl is at " + next.UTC().Format(time.RFC3339) + ".", LastTransitionTime: now,
		}},
		LastCrawl: &v1alpha1.CrawlSummary{
			JobName: last.Name, RunID: last.RunID(), Reason: last.Status.Reason, Message: last.Status.Message,
			StartTime: last.Status.StartTime, CompletionTime: last.Status.CompletionTime,
		},
		NextCrawlTime: &next, DocumentCount: 9, LastChangeTime: &now,
	}
	for n, t := range []v1alpha1.DocumentType{"cookie_policy", "data_processing_agreement", "privacy_policy", "terms_of_service"} {
		c.Status.Documents = append(c.Status.Documents, v1alpha1.TypeCount{Type: t, Count: int32(n + 1)})
	}
	for _, t := range c.Spec.ExpectedTypes {
		c.Status.Coverage = append(c.Status.Coverage, v1alpha1.Coverage{
			Type: t, State: v1alpha1.CoverageFound, DocumentID: "0123456789abcdef0123", URL: "https://" + domain + "/legal/" + string(t),
		})
	}
}

func newCrawlJob(i, n int) *v1alpha1.CrawlJob {
	j := &v1alpha1.CrawlJob{
		TypeMeta: metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: "CrawlJob"},
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "default", Name: fmt.Sprintf("%s-%d", companyName(i), n), Finalizers: []string{v1alpha1.CrawlJobFinalizer},
			Labels: map[string]string{v1alpha1.LabelCompany: companyName(i)},
		},
	}
	j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: companyName(i)}
	return j
}

// setCompleteStatus sets the status of a complete CrawlJob.
func setCompleteStatus(j *v1alpha1.CrawlJob) {
	started := metav1.NewTime(time.Now().Add(-time.Hour)).Rfc3339Copy()
	done := metav1.NewTime(started.Add(time.Minute))
	const message = "Fetched 41 pages: 0 new documents, 1 changed, 8 unchanged, 0 removed."
	j.Status = v1alpha1.CrawlJobStatus{
		ObservedGeneration: j.Generation, Reason: v1alpha1.ReasonConverged, Message: message, StartTime: &started, CompletionTime: &done,
		Attempts: 1, RunID: j.RunID(), Documents: &v1alpha1.DocumentCounts{Changed: 1, Unchanged: 8},
		Progress: &v1alpha1.CrawlProgress{Fetched: 41, Queued: 12, Failed: 1, Skipped: []v1alpha1.SkipCount{
			{Reason: string(crawl.SkipLowScore), Count: 310}, {Reason: string(crawl.SkipOutOfScope), Count: 95}, {Reason: string(crawl.SkipRobots), Count: 4},
		}},
	}
	for _, t := range []string{v1alpha1.ConditionComplete, v1alpha1.ConditionReady} {
		j.Status.Conditions = append(j.Status.Conditions, metav1.Condition{
			Type: t, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonConverged, Message: message, ObservedGeneration: j.Generation, LastTransitionTime: done,
		})
	}
}
