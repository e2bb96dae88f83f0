package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
)

// getCrawlJobs shows CrawlJobs as kubectl does.
func (a *app) getCrawlJobs(ctx context.Context, w io.Writer, output string) error {
	r, err := a.resources(ctx, resourceFlags{})
	if err != nil {
		return err
	}
	defer r.close()
	list := &v1alpha1.CrawlJobList{}
	if err := r.List(ctx, list, client.InNamespace("")); err != nil {
		return fmt.Errorf("list CrawlJobs: %w", err)
	}
	g := &getter{ctx: ctx, w: w, output: output}
	return show(g, list.Items, "NAMESPACE\tNAME\tCOMPANY\tREADY\tSTATE\tPAGES\tNEW\tCHANGED\tAGE", func(j v1alpha1.CrawlJob) string {
		var p v1alpha1.CrawlProgress
		var d v1alpha1.DocumentCounts
		if j.Status.Progress != nil {
			p = *j.Status.Progress
		}
		if j.Status.Documents != nil {
			d = *j.Status.Documents
		}
		ready, _ := readiness(j.Status.Conditions)
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%s", j.Namespace, j.Name, j.CompanyKey(), ready, cmp.Or(j.Status.Reason, "-"), p.Fetched, d.New, d.Changed, age(j.CreationTimestamp))
	})
}

// getCompanyResources shows Companies as kubectl does.
func (a *app) getCompanyResources(ctx context.Context, w io.Writer, output string) error {
	r, err := a.resources(ctx, resourceFlags{})
	if err != nil {
		return err
	}
	defer r.close()
	list := &v1alpha1.CompanyList{}
	if err := r.List(ctx, list, client.InNamespace("")); err != nil {
		return fmt.Errorf("list Companies: %w", err)
	}
	g := &getter{ctx: ctx, w: w, output: output}
	return show(g, list.Items, "NAMESPACE\tNAME\tREADY\tSTATE\tDOCUMENTS\tNEXT CRAWL\tAGE", func(c v1alpha1.Company) string {
		ready, state := readiness(c.Status.Conditions)
		next := "-"
		if t := c.Status.NextCrawlTime; t != nil {
			next = t.UTC().Format(time.RFC3339)
		}
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%d\t%s\t%s", c.Namespace, c.Name, ready, state, c.Status.DocumentCount, next, age(c.CreationTimestamp))
	})
}

// readiness is the condition Ready and its reason.
func readiness(conditions []metav1.Condition) (ready, state string) {
	if c := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady); c != nil {
		return string(c.Status), c.Reason
	}
	return "-", "-"
}

func age(t metav1.Time) string { return duration.HumanDuration(time.Since(t.Time)) }
