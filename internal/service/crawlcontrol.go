package service

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Stop ends a crawl early. The documents that it has found remain.
func (s *Crawls) Stop(ctx context.Context, caller Caller, id string) (*Crawl, error) {
	return s.control(ctx, caller, "crawl.stop", id, s.patch(`{"spec":{"stop":true}}`))
}

// Suspend interrupts a crawl until it is resumed.
func (s *Crawls) Suspend(ctx context.Context, caller Caller, id string) (*Crawl, error) {
	return s.control(ctx, caller, "crawl.suspend", id, s.patch(`{"spec":{"suspend":true}}`))
}

// Resume resumes a suspended crawl from its last checkpoint.
func (s *Crawls) Resume(ctx context.Context, caller Caller, id string) (*Crawl, error) {
	return s.control(ctx, caller, "crawl.resume", id, s.patch(`{"spec":{"suspend":false}}`))
}

// Cancel ends a crawl by deleting its CrawlJob. Its run becomes Failed. A crawl whose run was not
// queued yet leaves no record.
func (s *Crawls) Cancel(ctx context.Context, caller Caller, id string) (*Crawl, error) {
	return s.control(ctx, caller, "crawl.cancel", id, func(ctx context.Context, job *v1alpha1.CrawlJob) error {
		if err := s.Resources.Client.Delete(ctx, job, client.Preconditions{UID: &job.UID}); err != nil {
			return err
		}
		if job.DeletionTimestamp == nil { // Delete does not change job
			job.DeletionTimestamp = &metav1.Time{Time: s.Guard.Now()}
		}
		return nil
	})
}

// patch returns a function that applies a merge patch to a CrawlJob.
func (s *Crawls) patch(patch string) func(context.Context, *v1alpha1.CrawlJob) error {
	return func(ctx context.Context, job *v1alpha1.CrawlJob) error {
		return s.Resources.Client.Patch(ctx, job, client.RawPatch(types.MergePatchType, []byte(patch)))
	}
}

// control applies change to the CrawlJob of a crawl that has not ended, and returns the crawl as
// it is then. Its worker follows within seconds.
func (s *Crawls) control(ctx context.Context, caller Caller, action, id string, change func(context.Context, *v1alpha1.CrawlJob) error) (c *Crawl, err error) {
	err = s.Guard.Change(ctx, caller, Action{Name: action, Scope: store.ScopeCrawl, TargetKind: "crawl", TargetName: id}, func(ctx context.Context, r *Recorded) error {
		if c, err = s.find(ctx, id); err != nil {
			return err
		}
		if c.Ended() {
			return problem.New(problem.CrawlEnded, "the crawl is %s", c.State())
		}
		if c.Job == nil {
			return problem.New(problem.Conflict, "a command runs this crawl, and no CrawlJob controls it; interrupt the command on the machine where it runs")
		}
		job := c.Job.DeepCopy()
		r.Before = crawlState(c.Job)
		err := change(ctx, job)
		if apierrors.IsNotFound(err) {
			return problem.New(problem.CrawlEnded, "the CrawlJob of the crawl was deleted")
		}
		if err != nil {
			return writeError(err, fmt.Sprintf("%s: change CrawlJob %s", action, job.Name))
		}
		if c.Recorded {
			c = &Crawl{c.Run, job, true}
		} else {
			c = crawlOfJob(job)
		}
		r.After = crawlState(job)
		return nil
	})
	return c, err
}
