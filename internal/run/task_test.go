package run

import (
	"testing"

	"github.com/clausea/crawler/api/v1alpha1"
)

// A Company and a CrawlJob have one rule: none given is the engine's default, which a
// Plan has as 0, and 0 is the seeds alone, which it has as less.
func TestNoDepthIsTheDefaultAndZeroIsTheSeedsAlone(t *testing.T) {
	t.Parallel()
	depth := func(n int32) *v1alpha1.CrawlLimits { return &v1alpha1.CrawlLimits{MaxDepth: &n} }
	for _, c := range []struct {
		company, job *v1alpha1.CrawlLimits
		want         int
	}{
		{nil, nil, 0},
		{&v1alpha1.CrawlLimits{}, &v1alpha1.CrawlLimits{}, 0},
		{depth(0), nil, -1},
		{depth(4), nil, 4},
		{nil, depth(0), -1},
		{depth(4), depth(0), -1},
		{depth(0), depth(4), 4},
		{depth(0), &v1alpha1.CrawlLimits{}, -1},
	} {
		target := v1alpha1.Target{Domains: []v1alpha1.Domain{"example.com"}, Crawl: c.company}
		if got := TaskFor("example", target, c.job).Plan.MaxDepth; got != c.want {
			t.Errorf("company %+v, job %+v: %d, want %d", c.company, c.job, got, c.want)
		}
	}
}
