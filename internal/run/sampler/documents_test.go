package sampler

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// documents lists documents in pages of one.
type documents []store.Document

func (d documents) ListDocuments(_ context.Context, _ string, opts store.ListOptions) ([]store.Document, string, error) {
	n := len(opts.Continue)
	next := opts.Continue + "x"
	if n+1 == len(d) {
		next = ""
	}
	return d[n : n+1], next, nil
}

func TestASampleOfDocumentsIgnoresThoseThatAreGone(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := &DocumentSampler{Documents: documents{
		{Type: "imprint", State: store.DocumentPresent, LastChecked: now.Add(-time.Hour)},
		{Type: "imprint", State: store.DocumentUnreachable, LastChecked: now.Add(-time.Minute)},
		{Type: "eula", State: store.DocumentRemoved},
		{Type: "eula", NotLegal: true},
	}}
	got, err := s.Sample(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	if want := (map[string]int{"imprint": 2}); !maps.Equal(got.ByType, want) {
		t.Errorf("the documents are %v, want %v", got.ByType, want)
	}
	if want := []time.Duration{time.Hour, time.Minute}; !slices.Equal(got.SinceChecked, want) {
		t.Errorf("the ages are %v, want %v", got.SinceChecked, want)
	}
}

func TestASampleHasTheShortestIntervalOfTheSchedulesAndTheLastCrawl(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC) // a Friday
	scheduled := func(cron string, change func(*v1alpha1.Company)) v1alpha1.Company {
		c := v1alpha1.Company{}
		c.Spec.Schedule = &v1alpha1.Schedule{Cron: cron, TimeZone: "Etc/UTC"}
		if change != nil {
			change(&c)
		}
		return c
	}
	ended := metav1.NewTime(now.Add(-time.Hour))
	for name, tc := range map[string]struct {
		companies []v1alpha1.Company
		want      time.Duration
	}{
		"no schedule":        {[]v1alpha1.Company{{}}, 0},
		"the shortest":       {[]v1alpha1.Company{scheduled("@weekly", nil), scheduled("@daily", nil)}, 24 * time.Hour},
		"only working days":  {[]v1alpha1.Company{scheduled("30 2 * * 1-5", nil)}, 72 * time.Hour},
		"suspended":          {[]v1alpha1.Company{scheduled("@hourly", func(c *v1alpha1.Company) { c.Spec.Suspend = true })}, 0},
		"invalid":            {[]v1alpha1.Company{scheduled("61 * * * *", nil)}, 0},
		"a cooldown":         {[]v1alpha1.Company{scheduled("@hourly", func(c *v1alpha1.Company) { c.Spec.Cooldown = &metav1.Duration{Duration: 5 * time.Hour} })}, 5 * time.Hour},
		"a crawl that ended": {[]v1alpha1.Company{{Status: v1alpha1.CompanyStatus{LastCrawl: &v1alpha1.CrawlSummary{CompletionTime: &ended}}}}, 0},
	} {
		s := &Sampler{Runs: queue{}, Companies: companies{items: tc.companies}}
		got, err := s.Sample(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		if got.Interval != tc.want {
			t.Errorf("%s: the interval is %v, want %v", name, got.Interval, tc.want)
		}
		if wantEnd := name == "a crawl that ended"; got.LastCrawl.Equal(ended.Time) != wantEnd {
			t.Errorf("%s: the last crawl ended at %v", name, got.LastCrawl)
		}
	}
}
