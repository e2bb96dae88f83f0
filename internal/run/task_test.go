package run

import (
	"testing"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
)

// A Company and a CrawlJob follow one rule: without a depth the default applies, and 0 means
// the seeds only.
func TestMaxDepthZeroMeansSeedsOnlyAndNoDepthTheDefault(t *testing.T) {
	t.Parallel()
	depth := func(n int32) *v1alpha1.CrawlLimits { return &v1alpha1.CrawlLimits{MaxDepth: &n} }
	for _, c := range []struct {
		company, job *v1alpha1.CrawlLimits
		want         int
	}{
		{nil, nil, 9},
		{&v1alpha1.CrawlLimits{}, &v1alpha1.CrawlLimits{}, 9},
		{depth(0), nil, 0},
		{depth(4), nil, 4},
		{nil, depth(0), 0},
		{depth(4), depth(0), 0},
		{depth(0), depth(4), 4},
		{depth(0), &v1alpha1.CrawlLimits{}, 0},
	} {
		target := v1alpha1.Target{Domains: []v1alpha1.Domain{"example.com"}, Crawl: c.company}
		if got := TaskFor("example", target, c.job, crawl.Options{MaxDepth: 9}).Plan.MaxDepth; got != c.want {
			t.Errorf("company %+v, job %+v: %d, want %d", c.company, c.job, got, c.want)
		}
	}
}
