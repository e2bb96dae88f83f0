package service

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/tracing"
)

// CrawlDraft describes a crawl to start.
type CrawlDraft struct {
	// Company is the name of the company.
	Company string
	// Limits are the limits of the CrawlJob as JSON, or nil.
	Limits map[string]any
	// Reason says in words why the crawl is started.
	Reason string
}

const (
	// crawlJobTTL is how long the CrawlJob of a crawl that a caller started exists after its end,
	// in seconds. The record of the run outlives it.
	crawlJobTTL = 7 * 24 * 3600
	// deadlineMargin is how much longer than its time limit a crawl may take, so that it can be
	// retried, as for crawls that the schedule starts. maxDeadline is that of the schema.
	deadlineMargin = time.Hour
	maxDeadline    = 7 * 24 * time.Hour
	// liveHeartbeat is the maximum age of the heartbeat of a run that is considered to run.
	liveHeartbeat = 30 * time.Second
)

// Start starts a crawl of a company. Its error is a CrawlRunning problem if the company has a
// crawl that is queued or runs, and a Cooldown problem if its last crawl ended too recently.
func (s *Crawls) Start(ctx context.Context, caller Caller, d CrawlDraft) (c *Crawl, err error) {
	err = s.Guard.Change(ctx, caller, Action{Name: "crawl.start", Scope: store.ScopeCrawl, TargetKind: "crawl"}, func(ctx context.Context, r *Recorded) error {
		company, err := s.Resources.company(ctx, d.Company)
		if problem.IsCode(err, problem.NotFound) {
			return problem.OfField("body.company", "is the name of no company")
		}
		if err != nil {
			return err
		}
		if company.DeletionTimestamp != nil {
			return problem.New(problem.Conflict, "company %s is being deleted", company.Name)
		}
		job, err := newCrawlJob(ctx, company, d)
		if err != nil {
			return err
		}
		if err := s.checkCooldown(ctx, company); err != nil {
			return err
		}
		c, err = s.create(ctx, caller, job, string(company.UID), d.Reason)
		return recordCrawl(r, c, err)
	})
	return c, err
}

// recordCrawl records a crawl that was started.
func recordCrawl(r *Recorded, c *Crawl, err error) error {
	if err == nil {
		r.TargetName, r.After = c.Run.ID, crawlState(c.Job)
	}
	return err
}

// crawlState is a CrawlJob in the audit log.
func crawlState(job *v1alpha1.CrawlJob) any {
	return struct {
		CrawlJob    string                `json:"crawlJob"`
		Annotations map[string]string     `json:"annotations"`
		Spec        v1alpha1.CrawlJobSpec `json:"spec"`
	}{job.Name, job.Annotations, job.Spec}
}

// newCrawlJob returns the CrawlJob of a draft, validated.
func newCrawlJob(ctx context.Context, company *v1alpha1.Company, d CrawlDraft) (*v1alpha1.CrawlJob, error) {
	spec := map[string]any{"companyRef": map[string]any{"name": company.Name}, "ttlSecondsAfterFinished": crawlJobTTL}
	if len(d.Limits) > 0 {
		spec["limits"] = d.Limits
	}
	timeLimit := timeLimitOf(company.Spec.Crawl)
	if text, ok := d.Limits["timeLimit"].(string); ok {
		if parsed, err := time.ParseDuration(text); err == nil { // the schema rejects another text
			timeLimit = parsed
		}
	}
	if timeLimit > 0 {
		spec["activeDeadlineSeconds"] = int64(min(timeLimit+deadlineMargin, maxDeadline) / time.Second)
	}
	job := &v1alpha1.CrawlJob{}
	err := decodeSpec(ctx, "CrawlJob", company.Name, spec, job)
	var p *problem.Problem
	if errors.As(err, &p) {
		for i, f := range p.Fields {
			p.Fields[i].Location = strings.Replace(f.Location, "body.spec.", "body.", 1)
		}
		p.Detail = strings.Replace(p.Detail, "body.spec.", "body.", 1)
	}
	return job, err
}

func timeLimitOf(l *v1alpha1.CrawlLimits) time.Duration {
	if l == nil || l.TimeLimit == nil {
		return 0
	}
	return l.TimeLimit.Duration
}

// checkCooldown returns a Cooldown problem if the last crawl of a company ended less than its
// cooldown ago.
func (s *Crawls) checkCooldown(ctx context.Context, c *v1alpha1.Company) error {
	if c.Spec.Cooldown == nil || c.Spec.Cooldown.Duration <= 0 {
		return nil
	}
	runs, _, err := s.Store.QueryRuns(ctx, store.RunQuery{
		Companies: []string{v1alpha1.StoreKey(c.Namespace, c.Name)}, States: []store.RunState{store.RunComplete, store.RunFailed}, ListOptions: store.ListOptions{Limit: 1},
	})
	if err != nil || len(runs) == 0 {
		return err
	}
	wait := runs[0].FinishedAt.Add(c.Spec.Cooldown.Duration).Sub(s.Guard.Now())
	if wait <= 0 {
		return nil
	}
	p := problem.New(problem.Cooldown, "the last crawl of %s ended at %s, and its cooldown is %s", c.Name, runs[0].FinishedAt.UTC().Format(time.RFC3339), c.Spec.Cooldown.Duration)
	p.RetryAfter, p.Related = wait, crawlPath(runs[0].ID)
	return p
}

func crawlPath(id string) string { return "/v1/crawls/" + id }

// create creates the CrawlJob of a crawl, unless the company has a crawl that is queued or runs.
func (s *Crawls) create(ctx context.Context, caller Caller, job *v1alpha1.CrawlJob, companyUID, reason string) (*Crawl, error) {
	job.Namespace = s.Resources.Namespace
	jobs, err := s.jobs(ctx, s.Resources.Cache)
	if err != nil {
		return nil, err
	}
	key := job.CompanyKey()
	uids := []string{key, companyUID}
	for i := range jobs {
		other := &jobs[i]
		if other.CompanyKey() != key {
			continue
		}
		if other.Active() || other.Waiting() {
			return nil, crawlRunning(other.RunID())
		}
		uids = append(uids, string(other.UID))
	}
	if err := s.checkRunning(ctx, key); err != nil {
		return nil, err
	}
	slices.Sort(uids)
	job.ObjectMeta = metav1.ObjectMeta{
		Namespace: s.Resources.Namespace, Name: crawlJobName(job, uids),
		Annotations: map[string]string{
			v1alpha1.AnnotationTrigger:     string(cmp.Or(caller.Trigger, store.TriggerAPI)),
			v1alpha1.AnnotationRequestedBy: caller.Actor,
		},
	}
	if parent := tracing.Traceparent(ctx); parent != "" {
		job.Annotations[v1alpha1.AnnotationTraceparent] = parent
	}
	if reason != "" {
		job.Annotations[v1alpha1.AnnotationRequestReason] = reason
	}
	if label := job.CompanyLabel(); len(validation.IsValidLabelValue(label)) == 0 && label != "" {
		job.Labels = map[string]string{v1alpha1.LabelCompany: label}
	}
	name := job.Name
	err = s.Resources.Client.Create(ctx, job)
	if apierrors.IsAlreadyExists(err) {
		return nil, s.startedByAnother(ctx, name)
	}
	if err != nil {
		return nil, writeError(err, "create CrawlJob "+name)
	}
	return crawlOfJob(job), nil
}

func crawlRunning(id string) error {
	p := problem.New(problem.CrawlRunning, "the company has a crawl that is queued or runs: %s", id)
	p.Related = crawlPath(id)
	return p
}

// checkRunning returns a CrawlRunning problem if a command that has no CrawlJob crawls a company.
func (s *Crawls) checkRunning(ctx context.Context, key string) error {
	runs, _, err := s.Store.QueryRuns(ctx, store.RunQuery{Companies: []string{key}, States: []store.RunState{store.RunRunning}})
	if err != nil {
		return fmt.Errorf("list the running runs of %s: %w", key, err)
	}
	for i := range runs {
		if runs[i].CrawlJob.Name == "" && s.Guard.Now().Sub(runs[i].Heartbeat) < liveHeartbeat {
			return crawlRunning(runs[i].ID)
		}
	}
	return nil
}

// startedByAnother returns the problem that another caller has created the same CrawlJob.
func (s *Crawls) startedByAnother(ctx context.Context, name string) error {
	job := &v1alpha1.CrawlJob{}
	if err := s.Resources.Client.Get(ctx, client.ObjectKey{Namespace: s.Resources.Namespace, Name: name}, job); err == nil && !job.Finished() {
		return crawlRunning(job.RunID())
	}
	return problem.New(problem.Conflict, "another crawl of the company ended at this moment")
}

// maxJobName is the maximum length of a label value, which may hold the name of a CrawlJob.
const maxJobName = 63

// crawlJobName returns the name of a new CrawlJob. It is derived from the CrawlJobs that the company
// has, so that of two callers that start a crawl at the same time, in any processes, only one can
// create its CrawlJob.
func crawlJobName(job *v1alpha1.CrawlJob, uids []string) string {
	sum := sha256.Sum256([]byte(strings.Join(uids, "\n")))
	suffix := "-" + hex.EncodeToString(sum[:6])
	prefix := ""
	switch {
	case job.Spec.CompanyRef != nil:
		prefix = job.Spec.CompanyRef.Name
	case job.Spec.Company != nil && len(job.Spec.Company.Domains) > 0:
		prefix = string(job.Spec.Company.Domains[0])
	}
	prefix = strings.TrimRight(prefix[:min(len(prefix), maxJobName-len(suffix))], "-.")
	if len(validation.IsDNS1123Subdomain(prefix)) > 0 {
		prefix = "crawl"
	}
	return prefix + suffix
}

// Retry starts a crawl with the spec of one that has ended.
func (s *Crawls) Retry(ctx context.Context, caller Caller, id string) (c *Crawl, err error) {
	err = s.Guard.Change(ctx, caller, Action{Name: "crawl.retry", Scope: store.ScopeCrawl, TargetKind: "crawl", TargetName: id}, func(ctx context.Context, r *Recorded) error {
		old, err := s.find(ctx, id)
		if err != nil {
			return err
		}
		if !old.Ended() {
			return crawlRunning(id)
		}
		job := &v1alpha1.CrawlJob{}
		if job.Spec, err = retriedSpec(old); err != nil {
			return err
		}
		var uid string
		if ref := job.Spec.CompanyRef; ref != nil {
			company, err := s.Resources.company(ctx, ref.Name)
			if err != nil {
				return err
			}
			if old.State() == store.RunComplete {
				if err := s.checkCooldown(ctx, company); err != nil {
					return err
				}
			}
			uid = string(company.UID)
		}
		c, err = s.create(ctx, caller, job, uid, "Retry of crawl "+id+".")
		return recordCrawl(r, c, err)
	})
	return c, err
}

// retriedSpec returns the spec with which a crawl is started again. If its CrawlJob was deleted,
// that is the company with the limits that the run has.
func retriedSpec(old *Crawl) (v1alpha1.CrawlJobSpec, error) {
	ttl := int32(crawlJobTTL)
	if old.Job != nil {
		spec := *old.Job.Spec.DeepCopy()
		spec.Stop, spec.Suspend, spec.TTLSecondsAfterFinished = false, false, cmp.Or(spec.TTLSecondsAfterFinished, &ttl)
		return spec, nil
	}
	spec := v1alpha1.CrawlJobSpec{CompanyRef: &v1alpha1.CompanyReference{Name: old.Company()}, TTLSecondsAfterFinished: &ttl}
	var task struct {
		Limits *v1alpha1.CrawlLimits `json:"limits"`
	}
	if len(old.Run.Task) > 0 {
		if err := json.Unmarshal(old.Run.Task, &task); err != nil {
			return spec, fmt.Errorf("read the task of run %s: %w", old.Run.ID, err)
		}
	}
	spec.Limits = task.Limits
	if l := timeLimitOf(spec.Limits); l > 0 {
		seconds := int64(min(l+deadlineMargin, maxDeadline) / time.Second)
		spec.ActiveDeadlineSeconds = &seconds
	}
	return spec, nil
}
