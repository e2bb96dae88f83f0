package crawl

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/robots"
)

// tasks runs the steps of a crawl that wait for the network. Each runs in a goroutine of
// its own and sends its result to the scheduler.
type tasks struct {
	log     logr.Logger
	results chan *taskResult
	running int // tasks whose result was not received; belongs to the scheduler
}

type taskKind int

const (
	pageTask taskKind = iota
	robotsTask
	sitemapTask
	leaseTask
)

// taskResult describes a task and its result. The scheduler sets the first group of
// fields before the task starts; the task sets the others.
type taskResult struct {
	kind          taskKind
	host          string
	item          *frontier.Item // of a pageTask or sitemapTask
	robotsRequest robotsRequest
	released      bool                   // the leaseTask releases a lease
	mentions      func(body []byte) bool // reports whether a page names the company; nil: it need not

	err        error // ends the crawl
	reason     SkipReason
	status     int    // of the response
	cause      string // why there was no response; see Failure
	retryAfter time.Duration
	sentAt     time.Time // when the request was sent, or when it failed
	location   string    // target of a redirect
	// setsCookies means that the response has cookies.
	setsCookies bool

	page            *Page // nil if the response is not a page
	verdict         Verdict
	browserRequests map[string]int // requests of a rendered page, by host
	robots          *robots.Rules
	sitemap         *sitemapURLs
	lease           HostLease
}

// errPanicked replaces the response to a request for robots.txt whose task panicked.
var errPanicked = errors.New("reading the response panicked")

// start runs f in a goroutine. If f panics, which a hostile page may cause, the result has
// the reason SkipInternal and none of the fields that f set.
func (t *tasks) start(task taskResult, f func(*taskResult)) {
	t.running++
	go func() {
		r := task
		defer func() {
			if v := recover(); v != nil {
				at := task.host
				if task.item != nil {
					at = task.item.URL
				}
				t.log.Error(fmt.Errorf("panic: %v\n%s", v, debug.Stack()), "recovered from panic", "url", at)
				r = task
				r.reason, r.robots = SkipInternal, robots.FromStatus(0, errPanicked)
			}
			t.results <- &r
		}()
		f(&r)
	}()
}

// drain waits for all running tasks and returns their results.
func (t *tasks) drain() []*taskResult {
	var left []*taskResult
	for ; t.running > 0; t.running-- {
		left = append(left, <-t.results)
	}
	return left
}
