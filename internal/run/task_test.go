package run

import (
	"reflect"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
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

func TestOptionsComeFromTheCrawlJobThenTheCompanyThenTheDefaults(t *testing.T) {
	t.Parallel()
	limits := func(n int32, d time.Duration, render v1alpha1.RenderMode, language v1alpha1.Language) *v1alpha1.CrawlLimits {
		duration := &metav1.Duration{Duration: d}
		return &v1alpha1.CrawlLimits{MaxPages: &n, MaxDepth: &n, Delay: duration, TimeLimit: duration, Render: render, Languages: []v1alpha1.Language{language}}
	}
	options := func(n int, d time.Duration, render crawl.RenderMode, language string) crawl.Options {
		return crawl.Options{MaxPages: n, MaxDepth: n, Delay: d, TimeLimit: d, Render: render, Languages: []string{language}}
	}
	defaults := options(1, time.Second, crawl.RenderNever, "en")
	company, job := limits(2, 2*time.Second, v1alpha1.RenderAuto, "de"), limits(3, 3*time.Second, v1alpha1.RenderAlways, "fr")
	ofCompany, ofJob := options(2, 2*time.Second, crawl.RenderAuto, "de"), options(3, 3*time.Second, crawl.RenderAlways, "fr")
	for name, c := range map[string]struct {
		company, job *v1alpha1.CrawlLimits
		want         crawl.Options
	}{
		"neither":      {nil, nil, defaults},
		"without any":  {&v1alpha1.CrawlLimits{}, &v1alpha1.CrawlLimits{}, defaults},
		"the Company":  {company, &v1alpha1.CrawlLimits{}, ofCompany},
		"the CrawlJob": {nil, job, ofJob},
		"both":         {company, job, ofJob},
	} {
		target := v1alpha1.Target{Domains: []v1alpha1.Domain{"example.com"}, Crawl: c.company}
		if got := TaskFor("example", target, c.job, defaults).Plan.Options; !reflect.DeepEqual(got, c.want) {
			t.Errorf("limits of %s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestMessageOfATimeLimitNamesAFieldOfTheAPI(t *testing.T) {
	t.Parallel()
	field, ok := reflect.TypeFor[v1alpha1.CrawlLimits]().FieldByName("TimeLimit")
	if !ok {
		t.Fatal("the API has no time limit")
	}
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	for _, documents := range []int{0, 2} {
		if m := finalMessage(crawl.StopTimeLimit, crawl.Result{}, nil, store.DocumentCounts{New: int64(documents)}, nil); !strings.Contains(m, "raise "+name) {
			t.Errorf("with %d documents the message is %q", documents, m)
		}
	}
}
