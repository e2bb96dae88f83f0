package service

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Crawls has the use cases of crawls: start, control and follow them.
type Crawls struct {
	Guard     Guard
	Store     CrawlsStore
	Resources Resources

	hub crawlHub
}

// CrawlsStore is the part of the store that Crawls uses. Its methods are those of store.Runs,
// store.RunEvents and store.Pages.
type CrawlsStore interface {
	summaryReader
	GetRun(ctx context.Context, id string) (store.Run, error)
	QueryRuns(ctx context.Context, q store.RunQuery) (items []store.Run, next string, err error)
	QueryPages(ctx context.Context, q store.PageQuery) (items []store.FetchedPage, next string, err error)
	ListRunEvents(ctx context.Context, runID string, after int64, limit int) ([]store.RunEvent, error)
	WatchRunEvents(ctx context.Context, runID string, after int64) (store.RunEventWatch, error)
}

// Crawl is a crawl: its run, and its CrawlJob while that exists. Its ID is that of the run.
type Crawl struct {
	// Run is the record of the run. Before the run is queued, it is what the CrawlJob says.
	Run store.Run
	// Job is the CrawlJob, or nil if it was deleted or never existed. It may be shared with a
	// cache: the caller must not change it.
	Job *v1alpha1.CrawlJob
	// Recorded reports whether the run has a record.
	Recorded bool
}

// Company returns the name of the company that is crawled.
func (c *Crawl) Company() string {
	return strings.TrimPrefix(c.Run.Company, v1alpha1.NamespaceOf(c.Run.Company)+"/")
}

// Ended reports whether the crawl is Complete or Failed, and is not retried.
func (c *Crawl) Ended() bool {
	switch c.Run.State {
	case store.RunComplete:
		return true
	case store.RunFailed:
		return c.Job == nil || c.Job.Finished() || c.Job.DeletionTimestamp != nil || !c.Run.ArchivedAt.IsZero()
	}
	return false
}

// State returns the state of the crawl. A failed run that its CrawlJob may retry is Pending.
func (c *Crawl) State() store.RunState {
	if c.Run.State == store.RunFailed && !c.Ended() {
		return store.RunPending
	}
	return c.Run.State
}

// Reason returns the reason of the state and the message that explains it: why the crawl ended,
// or what it waits for.
func (c *Crawl) Reason() (reason, message string) {
	if c.Run.StopReason != "" || c.Job == nil {
		return c.Run.StopReason, c.Run.Message
	}
	reason, message = c.Job.Status.Reason, c.Job.Status.Message
	if c.Run.State == store.RunRunning && (reason == v1alpha1.ReasonQueued || reason == v1alpha1.ReasonWaitingForCrawlJob || reason == v1alpha1.ReasonPodNotStarted || reason == v1alpha1.ReasonRetrying) {
		return v1alpha1.ReasonRunning, "" // the status of the CrawlJob is older than the record
	}
	return reason, message
}

// Get returns a crawl.
func (s *Crawls) Get(ctx context.Context, caller Caller, id string) (*Crawl, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, err
	}
	return s.find(ctx, id)
}

// find returns a crawl by the ID of its run. Its error is a NotFound problem if there is none.
func (s *Crawls) find(ctx context.Context, id string) (*Crawl, error) {
	run, err := s.Store.GetRun(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return s.findQueued(ctx, id)
	}
	if err != nil {
		return nil, fmt.Errorf("read run %s: %w", id, err)
	}
	if v1alpha1.NamespaceOf(run.Company) != s.namespace() {
		return nil, noCrawl(id)
	}
	job, err := s.jobOf(ctx, s.Resources.Client, run.CrawlJob)
	return &Crawl{run, job, true}, err
}

func (s *Crawls) namespace() string {
	return v1alpha1.NamespaceOf(v1alpha1.StoreKey(s.Resources.Namespace, ""))
}

func noCrawl(id string) error { return problem.New(problem.NotFound, "there is no crawl %.64q", id) }

// jobOf reads a CrawlJob. It returns nil if that was deleted, or replaced by another one.
func (s *Crawls) jobOf(ctx context.Context, r client.Reader, ref store.CrawlJobReference) (*v1alpha1.CrawlJob, error) {
	if ref.Name == "" {
		return nil, nil
	}
	job := &v1alpha1.CrawlJob{}
	err := r.Get(ctx, client.ObjectKey{Namespace: ref.Namespace, Name: ref.Name}, job)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read CrawlJob %s: %w", ref.Name, err)
	}
	if string(job.UID) != ref.UID {
		return nil, nil
	}
	return job, nil
}

// recentJob is how old a CrawlJob may be that the cache has not seen yet.
const recentJob = 30 * time.Second

// findQueued finds a crawl whose run is not queued yet, by its CrawlJob.
func (s *Crawls) findQueued(ctx context.Context, id string) (*Crawl, error) {
	readers := []client.Reader{s.Resources.Cache}
	if milli, err := strconv.ParseInt(id[:min(len(id), 12)], 16, 64); err == nil && s.Guard.Now().Sub(time.UnixMilli(milli)).Abs() < recentJob {
		readers = append(readers, s.Resources.Client)
	}
	for _, r := range readers {
		jobs, err := s.jobs(ctx, r)
		if err != nil {
			return nil, err
		}
		for i := range jobs {
			if jobs[i].RunID() == id {
				return crawlOfJob(&jobs[i]), nil
			}
		}
	}
	return nil, noCrawl(id)
}

// jobs lists all CrawlJobs. They are shared with the cache.
func (s *Crawls) jobs(ctx context.Context, r client.Reader) ([]v1alpha1.CrawlJob, error) {
	list := &v1alpha1.CrawlJobList{}
	if err := r.List(ctx, list, client.InNamespace(s.Resources.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list the CrawlJobs: %w", err)
	}
	return list.Items, nil
}

// crawlOfJob returns the crawl of a CrawlJob that has no run.
func crawlOfJob(job *v1alpha1.CrawlJob) *Crawl {
	run := store.Run{
		ID: job.RunID(), Company: job.CompanyKey(), State: store.RunPending, Priority: job.Spec.Priority,
		CrawlJob: store.CrawlJobReference{Namespace: job.Namespace, Name: job.Name, UID: string(job.UID)},
		Trigger:  store.RunTrigger(job.Trigger()), RequestedBy: job.RequestedBy(), CreatedAt: job.CreationTimestamp.UTC(),
	}
	switch {
	case job.Finished():
		run.State, run.StopReason, run.Message = store.RunComplete, job.Status.Reason, job.Status.Message
		if v1alpha1.IsFailure(job.Status.Reason) {
			run.State = store.RunFailed
		}
		if t := job.Status.CompletionTime; t != nil {
			run.FinishedAt = t.UTC()
		}
	case job.Spec.Suspend:
		run.State = store.RunInterrupted
	}
	return &Crawl{Run: run, Job: job}
}
