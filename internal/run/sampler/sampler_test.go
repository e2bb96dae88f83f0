package sampler

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// queue lists runs in pages of two.
type queue map[store.RunState][]store.Run

func (q queue) ListRunsByState(_ context.Context, state store.RunState, opts store.ListOptions) ([]store.Run, string, error) {
	runs := q[state]
	if opts.Continue == "" && len(runs) > 2 {
		return runs[:2], "2", nil
	}
	if opts.Continue != "" {
		runs = runs[2:]
	}
	return runs, "", nil
}

// companies lists Company resources.
type companies struct {
	client.Reader
	items []v1alpha1.Company
}

func (c companies) List(_ context.Context, l client.ObjectList, _ ...client.ListOption) error {
	list, ok := l.(*v1alpha1.CompanyList)
	if !ok {
		return fmt.Errorf("list %T", l)
	}
	list.Items = c.items
	return nil
}

func TestASampleCountsWaitingRunsByCause(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := &Sampler{Companies: companies{}, Runs: queue{
		store.RunRunning: {{Company: "busy"}},
		store.RunPending: {
			{Company: "a", CreatedAt: now.Add(-time.Hour)},
			{Company: "busy", CreatedAt: now.Add(-3 * time.Hour)},
			{Company: "b", NotBefore: now.Add(time.Minute), CreatedAt: now.Add(-4 * time.Hour)},
			{Company: "c", AssignedWorker: "job/c", CreatedAt: now.Add(-time.Minute)},
		},
		store.RunInterrupted: {{Company: "d"}, {Company: "e"}},
	}}
	got, err := s.Sample(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	if want := (map[string]int{"Running": 1, "Pending": 4, "Interrupted": 2}); !maps.Equal(got.Runs, want) {
		t.Errorf("the runs are %v, want %v", got.Runs, want)
	}
	if want := (map[string]int{causeWorker: 1, causeCompany: 1, causeRetry: 1, causePod: 1}); !maps.Equal(got.Waiting, want) {
		t.Errorf("the waiting runs are %v, want %v", got.Waiting, want)
	}
	if got.Oldest != time.Hour {
		t.Errorf("the oldest run has waited for %v", got.Oldest)
	}
}

func TestASampleCountsCompaniesByTheirLastCrawl(t *testing.T) {
	t.Parallel()
	now := time.Now()
	crawled := func(reason string, ago time.Duration) v1alpha1.Company {
		at := metav1.NewTime(now.Add(-ago))
		return v1alpha1.Company{Status: v1alpha1.CompanyStatus{LastCrawl: &v1alpha1.CrawlSummary{Reason: reason, CompletionTime: &at}}}
	}
	s := &Sampler{Runs: queue{}, Companies: companies{items: []v1alpha1.Company{
		{}, {Status: v1alpha1.CompanyStatus{LastCrawl: &v1alpha1.CrawlSummary{}}}, // never crawled, first crawl in progress
		crawled("Converged", time.Hour), crawled("PageLimit", 48*time.Hour), crawled("Converged", 20*lengthDay), crawled("Converged", 40*lengthDay),
		crawled("SiteUnreachable", time.Hour),
	}}}
	got, err := s.Sample(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	if want := (map[string]int{ageNever: 2, ageDay: 1, ageWeek: 1, ageMonth: 1, ageOlder: 1, ageFailed: 1}); !maps.Equal(got.Companies, want) {
		t.Errorf("the companies are %v, want %v", got.Companies, want)
	}
}
