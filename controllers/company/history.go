package company

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/crawljob"
	"github.com/clausea/crawler/controllers/pass"
)

// defaultHistory is what the schema fills in for both limits.
const defaultHistory = 3

// jobs reads the company's CrawlJobs, those that people made too.
func (r *Reconciler) jobs(ctx context.Context, v *visit) error {
	list := &v1alpha1.CrawlJobList{}
	if err := r.Client.List(ctx, list, client.InNamespace(v.company.Namespace), client.MatchingFields{crawljob.CompanyIndex: key(v.company)}); err != nil {
		return fmt.Errorf("list its CrawlJobs: %w", err)
	}
	for i := range list.Items {
		if ref := list.Items[i].Spec.CompanyRef; ref != nil && ref.Name == v.company.Name {
			v.owned = append(v.owned, list.Items[i])
		}
	}
	slices.SortFunc(v.owned, func(a, b v1alpha1.CrawlJob) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	for i := range v.owned {
		switch job := &v.owned[i]; {
		case job.DeletionTimestamp != nil && !job.Active():
		case !job.Finished():
			if job.Spec.Suspend && !job.Active() {
				continue // it is held for as long as people want, and others may crawl
			}
			if v.active == nil || job.Active() {
				v.active = job
			}
		case v.last == nil || !v.last.Status.CompletionTime.After(job.Status.CompletionTime.Time):
			v.last = job
		}
	}
	return nil
}

// told says whether the status, as it was read, has the last crawl.
func (v *visit) told() bool {
	last := v.before.Status.LastCrawl
	return last != nil && last.RunID == v.last.RunID()
}

// history deletes the oldest finished jobs beyond the limits, of each kind.
func (r *Reconciler) history(ctx context.Context, v *visit) error {
	successful, failed := int32(defaultHistory), int32(defaultHistory)
	if h := v.company.Spec.HistoryLimits; h != nil {
		if h.Successful != nil {
			successful = *h.Successful
		}
		if h.Failed != nil {
			failed = *h.Failed
		}
	}
	for kind, keep := range map[string]int32{v1alpha1.ConditionComplete: successful, v1alpha1.ConditionFailed: failed} {
		var of []*v1alpha1.CrawlJob
		for i := range v.owned {
			job := &v.owned[i]
			// Only jobs that the schedule made: people's own are theirs to delete.
			if job.DeletionTimestamp == nil && job.Labels[v1alpha1.LabelCompany] == v.company.Name && meta.IsStatusConditionTrue(job.Status.Conditions, kind) {
				of = append(of, job)
			}
		}
		for _, job := range of[:max(len(of)-int(keep), 0)] {
			if job == v.last && !v.told() {
				v.look(pass.ConflictDelay) // what became of it would be lost with it
				continue
			}
			if err := r.Client.Delete(ctx, job); client.IgnoreNotFound(err) != nil {
				return fmt.Errorf("delete CrawlJob %s beyond the history limits: %w", job.Name, err)
			}
		}
	}
	return nil
}
