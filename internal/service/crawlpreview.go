package service

import (
	"cmp"
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

const (
	// MaxPreviewPages is the maximum number of pages of a preview. Chosen by hand: 40 pages
	// reach the legal documents of most sites.
	MaxPreviewPages = 40
	// previewTimeLimit is the time limit of a preview.
	previewTimeLimit = 5 * time.Minute
	// previewTTL is how long the CrawlJob of a preview exists after its end, in seconds.
	previewTTL = 24 * 3600
)

// Preview starts a short crawl of a company that does not exist, which shows what its crawls would
// find. Its documents are stored under the first domain: they are the history of a company that is
// created with that name later.
func (s *Crawls) Preview(ctx context.Context, caller Caller, d CompanyDraft) (c *Crawl, err error) {
	err = s.Guard.Change(ctx, caller, Action{Name: "crawl.preview", Scope: store.ScopeWrite, TargetKind: "crawl"}, func(ctx context.Context, r *Recorded) error {
		if d.URL == "" {
			d.Name = cmp.Or(d.Name, "draft")
		}
		company, err := s.Resources.companyOf(ctx, d)
		if err != nil {
			return err
		}
		name := string(company.Spec.Domains[0])
		if err := s.checkMissing(ctx, name); err != nil {
			return err
		}
		c, err = s.create(ctx, caller, previewJob(company), "", "Preview of "+name+".")
		return recordCrawl(r, c, err)
	})
	return c, err
}

// checkMissing returns a problem if there is a company whose records a preview would change.
func (s *Crawls) checkMissing(ctx context.Context, name string) error {
	err := s.Resources.Client.Get(ctx, client.ObjectKey{Namespace: s.Resources.Namespace, Name: name}, &v1alpha1.Company{})
	if err == nil {
		p := problem.New(problem.AlreadyExists, "the company %s exists already; start a crawl of it", name)
		p.Related = "/v1/companies/" + name
		return p
	}
	if apierrors.IsNotFound(err) {
		return nil
	}
	return writeError(err, "read company "+name)
}

// previewJob returns the CrawlJob of a preview.
func previewJob(c *v1alpha1.Company) *v1alpha1.CrawlJob {
	pages, ttl, deadline := int32(MaxPreviewPages), int32(previewTTL), int64(2*previewTimeLimit/time.Second)
	if l := c.Spec.Crawl; l != nil && l.MaxPages != nil {
		pages = min(pages, *l.MaxPages)
	}
	return &v1alpha1.CrawlJob{Spec: v1alpha1.CrawlJobSpec{
		Company:               c.Spec.Target.DeepCopy(),
		Limits:                &v1alpha1.CrawlLimits{MaxPages: &pages, TimeLimit: &metav1.Duration{Duration: previewTimeLimit}},
		ActiveDeadlineSeconds: &deadline, TTLSecondsAfterFinished: &ttl,
	}}
}
