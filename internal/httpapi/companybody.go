package httpapi

import (
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/timestamp"
)

// CompanySummary is a company in a list.
type CompanySummary struct {
	Name          string          `json:"name"`
	DisplayName   string          `json:"displayName,omitempty"`
	Domains       []string        `json:"domains"`
	Tags          []string        `json:"tags"`
	State         string          `json:"state" doc:"The result of the last crawl: Succeeded, NoDocuments or the reason of a failure; NeverCrawled before the first one."`
	Message       string          `json:"message,omitempty" doc:"Explains the state."`
	Suspended     bool            `json:"suspended" doc:"Whether the schedule starts no crawls."`
	Crawling      bool            `json:"crawling" doc:"Whether a crawl is queued or running."`
	Deleting      bool            `json:"deleting,omitempty" doc:"Whether the company is being deleted."`
	DocumentCount int32           `json:"documentCount"`
	ExpectedTypes int             `json:"expectedTypes" doc:"The number of expected types of documents."`
	FoundTypes    int             `json:"foundTypes" doc:"How many of the expected types were found."`
	CreatedAt     timestamp.Time  `json:"createdAt"`
	LastChangedAt *timestamp.Time `json:"lastChangedAt,omitempty" doc:"When a document last changed."`
	NextCrawlAt   *timestamp.Time `json:"nextCrawlAt,omitempty"`
}

// Company is a company.
type Company struct {
	CompanySummary
	Documents []TypeCount `json:"documents" doc:"The number of documents of each type."`
	Coverage  []Coverage  `json:"coverage" doc:"The expected types of documents. Empty before the first crawl."`
	LastCrawl *LastCrawl  `json:"lastCrawl,omitempty"`
	Spec      CompanySpec `json:"spec"`
}

// TypeCount is the number of documents of a type.
type TypeCount struct {
	Type  string `json:"type"`
	Count int32  `json:"count"`
}

// Coverage says whether an expected type of document was found.
type Coverage struct {
	Type       string `json:"type"`
	State      string `json:"state" enum:"Found,Missing,Unknown" doc:"Unknown before the first crawl."`
	DocumentID string `json:"documentID,omitempty" doc:"The document that was found, or whose text was not found any more."`
	URL        string `json:"url,omitempty" doc:"The URL of the document, or of the best candidate."`
	Reason     string `json:"reason,omitempty" doc:"Why the type is missing."`
	Remedy     string `json:"remedy,omitempty" doc:"What can be done about a missing type."`
}

// LastCrawl summarizes the last crawl of a company.
type LastCrawl struct {
	ID         string          `json:"id,omitempty" doc:"Absent if the crawl never started."`
	CrawlJob   string          `json:"crawlJob"`
	Reason     string          `json:"reason,omitempty"`
	Message    string          `json:"message,omitempty"`
	StartedAt  *timestamp.Time `json:"startedAt,omitempty"`
	FinishedAt *timestamp.Time `json:"finishedAt,omitempty"`
}

// CompanyInput describes a company to create: a URL, or a name and a spec.
type CompanyInput struct {
	Name string           `json:"name,omitempty" maxLength:"63" doc:"Lower-case letters, digits, '-' and '.'. With a URL, it can be absent."`
	URL  string           `json:"url,omitempty" maxLength:"2048" doc:"A URL or a domain of the company. Its registrable domain is the default of the name and of the domains." example:"https://example.com"`
	Tags []string         `json:"tags,omitempty" maxItems:"50" maxLength:"63"`
	Spec CompanySpecInput `json:"spec,omitempty"`
}

func (in CompanyInput) draft() service.CompanyDraft {
	return service.CompanyDraft{Name: in.Name, URL: in.URL, Tags: in.Tags, Spec: in.Spec}
}

// CreatedCompany is a company that was created or changed, with an estimate of its cost.
type CreatedCompany struct {
	Company
	Estimate Estimate `json:"estimate"`
}

// Estimate is what the crawls of a company cost in a month of 30 days.
type Estimate struct {
	CrawlsPerMonth   float64 `json:"crawlsPerMonth" doc:"Crawls that the schedule starts."`
	RequestsPerCrawl int64   `json:"requestsPerCrawl" doc:"The mean of the last crawls, or the maximum if there was none."`
	RequestsPerMonth int64   `json:"requestsPerMonth"`
	Measured         bool    `json:"measured" doc:"Whether requestsPerCrawl comes from crawls that ended."`
}

func estimateOf(e service.Estimate) Estimate { return Estimate(e) }

func summaryOfCompany(c *v1alpha1.Company) CompanySummary {
	state, message := service.StateOf(c)
	s := CompanySummary{
		Name: c.Name, DisplayName: c.Spec.DisplayName, Domains: convertAll[string](c.Spec.Domains), Tags: sortedTags(c),
		State: state, Message: message, Suspended: c.Spec.Suspend, Deleting: c.DeletionTimestamp != nil,
		Crawling:      meta.IsStatusConditionTrue(c.Status.Conditions, v1alpha1.ConditionReconciling) && c.DeletionTimestamp == nil,
		DocumentCount: c.Status.DocumentCount, ExpectedTypes: len(c.Spec.ExpectedTypes),
		CreatedAt: timestamp.Of(c.CreationTimestamp.Time), LastChangedAt: timeOf(c.Status.LastChangeTime), NextCrawlAt: timeOf(c.Status.NextCrawlTime),
	}
	for _, v := range c.Status.Coverage {
		if v.State == v1alpha1.CoverageFound {
			s.FoundTypes++
		}
	}
	return s
}

// sortedTags returns the tags of a company in their order. It is never nil.
func sortedTags(c *v1alpha1.Company) []string {
	tags := convertAll[string](service.TagsOf(c))
	slices.Sort(tags)
	return tags
}

func companyOf(c *v1alpha1.Company) Company {
	out := Company{CompanySummary: summaryOfCompany(c), Spec: CompanySpec(c.Spec), Documents: []TypeCount{}, Coverage: coverageOf(c.Status.Coverage)}
	for _, d := range c.Status.Documents {
		out.Documents = append(out.Documents, TypeCount{string(d.Type), d.Count})
	}
	if l := c.Status.LastCrawl; l != nil {
		out.LastCrawl = &LastCrawl{ID: l.RunID, CrawlJob: l.JobName, Reason: l.Reason, Message: l.Message, StartedAt: timeOf(l.StartTime), FinishedAt: timeOf(l.CompletionTime)}
	}
	return out
}

func coverageOf(all []v1alpha1.Coverage) []Coverage {
	out := make([]Coverage, len(all))
	for i, c := range all {
		out[i] = Coverage{Type: string(c.Type), State: string(c.State), DocumentID: c.DocumentID, URL: c.URL, Reason: string(c.Reason), Remedy: c.Reason.Remedy()}
		if c.State == "" {
			out[i].State = "Unknown"
		}
	}
	return out
}

// timeOf returns an optional time of a resource.
func timeOf(t *metav1.Time) *timestamp.Time {
	if t == nil {
		return nil
	}
	return timestamp.Optional(t.Time)
}
