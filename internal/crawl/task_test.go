package crawl

import (
	"testing"

	"github.com/clausea/crawler/internal/crawl/frontier"
)

func TestATaskThatPanicsReturnsItsHostAndItem(t *testing.T) {
	t.Parallel()
	running := &tasks{results: make(chan *taskResult)}
	running.start(taskResult{host: "example.com", item: &frontier.Item{URL: "https://example.com/"}}, func(r *taskResult) {
		r.page, r.status = &Page{}, 200
		panic("a page that breaks the parser")
	})
	left := running.drain()
	if len(left) != 1 || running.running != 0 {
		t.Fatalf("%d results, %d tasks run", len(left), running.running)
	}
	if r := left[0]; r.reason != SkipInternal || r.page != nil || r.status != 0 || r.item == nil || !r.robots.Unreachable {
		t.Errorf("the result is %+v", r)
	}
}
