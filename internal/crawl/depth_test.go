package crawl_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/crawltest"
)

func TestMaxDepthCountsLinksFromTheSeeds(t *testing.T) {
	t.Parallel()
	const levels = 9 // more than the default
	for depth, want := range map[int]int{0: 1, 1: 2, 3: 4, crawl.DefaultMaxDepth: crawl.DefaultMaxDepth + 1} {
		t.Run(fmt.Sprint(depth), func(t *testing.T) {
			t.Parallel()
			w := crawltest.NewWeb(t)
			pages, at := map[string]string{}, "/"
			for n := range levels {
				next := "/" + strings.TrimSpace(crawltest.Prose(fmt.Sprint("level", n), 1))
				pages[at] = crawltest.HTML(at, next)
				at = next
			}
			w.Site("public.example", pages)
			plan := crawltest.Plan("public.example")
			plan.MaxDepth, plan.ExpectedTypes = depth, []string{"privacy_policy"} // probes count as links, too
			recorder := &crawltest.Recorder{}
			crawltest.Crawl(t, crawltest.Engine(t, w.Config()), plan, recorder)
			if got := len(recorder.Pages()); got != want {
				t.Errorf("%d pages were fetched, want %d: %v", got, want, recorder.Skips())
			}
		})
	}
}
