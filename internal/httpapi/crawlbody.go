package httpapi

import (
	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/timestamp"
)

// Crawl is a crawl of a company.
type Crawl struct {
	ID             string          `json:"id"`
	Company        string          `json:"company"`
	State          string          `json:"state" enum:"Pending,Running,Interrupted,Complete,Failed" doc:"Pending waits, for a worker or for another crawl. Interrupted resumes from its last checkpoint. Complete and Failed are final."`
	Reason         string          `json:"reason,omitempty" doc:"Why the crawl ended, or what it waits for."`
	Message        string          `json:"message,omitempty" doc:"Explains the reason."`
	Trigger        string          `json:"trigger,omitempty" doc:"Schedule, API, CLI, Dashboard or Manifest."`
	RequestedBy    string          `json:"requestedBy,omitempty" doc:"Who started the crawl, if that is known."`
	RequestReason  string          `json:"requestReason,omitempty" doc:"Why it was started, in the words of the request."`
	CrawlJob       string          `json:"crawlJob,omitempty" doc:"The CrawlJob resource, which may be deleted."`
	Suspended      bool            `json:"suspended" doc:"Whether the crawl waits until it is resumed."`
	Stopping       bool            `json:"stopping" doc:"Whether the crawl was asked to stop or is being cancelled, and has not ended yet."`
	CreatedAt      timestamp.Time  `json:"createdAt"`
	StartedAt      *timestamp.Time `json:"startedAt,omitempty" doc:"When a worker first claimed it."`
	FinishedAt     *timestamp.Time `json:"finishedAt,omitempty"`
	HeartbeatAt    *timestamp.Time `json:"heartbeatAt,omitempty" doc:"When its worker last reported."`
	Attempts       int32           `json:"attempts"`
	WaitingForHost string          `json:"waitingForHost,omitempty" doc:"The host that another crawl holds."`
	Limits         CrawlLimits     `json:"limits"`
	Progress       CrawlProgress   `json:"progress"`
	Documents      CrawlDocuments  `json:"documents"`
	Coverage       []Coverage      `json:"coverage" doc:"The expected types of documents. Empty until the crawl has ended."`
}

// CrawlLimits are the limits of a crawl. They are 0 until a worker has claimed it.
type CrawlLimits struct {
	MaxPages         int     `json:"maxPages"`
	MaxDepth         int     `json:"maxDepth"`
	TimeLimitSeconds float64 `json:"timeLimitSeconds" doc:"0: no limit."`
	DelaySeconds     float64 `json:"delaySeconds" doc:"The time between two requests to a host."`
}

// CrawlProgress counts the URLs of a crawl.
type CrawlProgress struct {
	Fetched int64            `json:"fetched"`
	Queued  int64            `json:"queued"`
	Failed  int64            `json:"failed"`
	Skipped map[string]int64 `json:"skipped" doc:"By skip reason."`
	Bytes   int64            `json:"bytes" doc:"The size of the bodies of the fetched pages, decompressed."`
}

// CrawlDocuments counts the documents of a crawl.
type CrawlDocuments struct {
	New         int64 `json:"new"`
	Changed     int64 `json:"changed"`
	Unchanged   int64 `json:"unchanged"`
	Removed     int64 `json:"removed"`
	Broken      int64 `json:"broken"`
	Unreachable int64 `json:"unreachable"`
	NotVisited  int64 `json:"notVisited"`
}

// CrawlInput describes a crawl to start.
type CrawlInput struct {
	Company string           `json:"company" minLength:"1" maxLength:"63" doc:"The name of the company." example:"example.com"`
	Limits  CrawlLimitsInput `json:"limits,omitempty"`
	Reason  string           `json:"reason,omitempty" maxLength:"500" doc:"Why the crawl is started."`
}

// CrawlPage is a URL that a crawl encountered.
type CrawlPage struct {
	URL         string          `json:"url"`
	Parent      string          `json:"parent,omitempty" doc:"The URL of the page that linked to it. Absent for a seed."`
	Reason      string          `json:"reason" doc:"The skip reason: why the URL was not fetched, or its response not used. fetched if it was used."`
	FinalURL    string          `json:"finalURL,omitempty" doc:"The URL after redirects."`
	Status      int             `json:"status" doc:"The HTTP status code, or 0 if there was no response."`
	ContentType string          `json:"contentType,omitempty"`
	FetchedAt   *timestamp.Time `json:"fetchedAt,omitempty"`
	DocumentID  string          `json:"documentID,omitempty"`
	Type        string          `json:"type,omitempty" doc:"The type of the document."`
	Confidence  float64         `json:"confidence" doc:"How certain the type is, from 0 to 1."`
}

// CrawlEvent is an event of the log of a crawl.
type CrawlEvent struct {
	Sequence   int64          `json:"sequence" doc:"The position in the log, from 1."`
	At         timestamp.Time `json:"at"`
	Type       string         `json:"type" enum:"StateChanged,HostSlowed,HostPaused,DocumentFound,VersionStored,Failure"`
	Host       string         `json:"host,omitempty"`
	URL        string         `json:"url,omitempty"`
	DocumentID string         `json:"documentID,omitempty"`
	Reason     string         `json:"reason,omitempty" doc:"Of StateChanged: the state. Else why it happened."`
	Message    string         `json:"message,omitempty"`
}

func crawlOf(c *service.Crawl) Crawl {
	r := &c.Run
	reason, message := c.Reason()
	out := Crawl{
		ID: r.ID, Company: c.Company(), State: string(c.State()), Reason: reason, Message: message, Trigger: string(r.Trigger), RequestedBy: r.RequestedBy,
		CrawlJob: r.CrawlJob.Name, CreatedAt: timestamp.Of(r.CreatedAt), StartedAt: timestamp.Optional(r.StartedAt), HeartbeatAt: timestamp.Optional(r.Heartbeat),
		Attempts: r.Attempts, WaitingForHost: r.WaitingForHost,
		Limits:    CrawlLimits{r.Limits.MaxPages, r.Limits.MaxDepth, r.Limits.TimeLimit.Seconds(), r.Limits.Delay.Seconds()},
		Progress:  CrawlProgress{r.Progress.Fetched, r.Progress.Queued, r.Progress.Failed, r.Progress.Skipped, r.Bytes},
		Documents: CrawlDocuments(r.Documents), Coverage: make([]Coverage, len(r.Coverage)),
	}
	if out.Progress.Skipped == nil {
		out.Progress.Skipped = map[string]int64{}
	}
	for i, v := range r.Coverage {
		out.Coverage[i] = Coverage{Type: v.Type, State: string(v.State), DocumentID: v.DocumentID, URL: v.URL, Reason: v.Reason, Remedy: v1alpha1.MissingReason(v.Reason).Remedy()}
	}
	if c.Ended() {
		out.FinishedAt = timestamp.Optional(r.FinishedAt)
	}
	if c.Job != nil {
		out.RequestReason = c.Job.Annotations[v1alpha1.AnnotationRequestReason]
		out.Suspended = c.Job.Spec.Suspend && !c.Ended()
		out.Stopping = (c.Job.Spec.Stop || c.Job.DeletionTimestamp != nil) && !c.Ended()
	}
	return out
}

// fetchedReason stands for the empty skip reason, of pages that were used.
const fetchedReason = "fetched"

func crawlPageOf(p store.FetchedPage) CrawlPage {
	out := CrawlPage{
		URL: p.URL, Parent: p.Parent, Reason: p.Reason, FinalURL: p.FinalURL, Status: p.Status, ContentType: p.ContentType,
		FetchedAt: timestamp.Optional(p.FetchedAt), DocumentID: p.DocumentID, Type: p.Type, Confidence: p.Confidence,
	}
	if out.Reason == "" {
		out.Reason = fetchedReason
	}
	return out
}

func crawlEventOf(e *store.RunEvent) CrawlEvent {
	return CrawlEvent{
		Sequence: e.Sequence, At: timestamp.Of(e.At), Type: string(e.Type), Host: e.Host, URL: e.URL, DocumentID: e.DocumentID, Reason: e.Reason, Message: e.Message,
	}
}
