package crawl

import (
	"context"
	"time"

	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/scope"
)

// scheduler runs one crawl: it starts tasks, handles their results, and decides when the
// crawl ends.
//
// The scheduler and its parts (frontier, scope, ledger, hosts and discovery) belong to
// the goroutine of run and have no locks. Each task runs in a goroutine of its own: it
// uses the worker, which has no state, works on a copy of its item, and returns a
// taskResult. Both sides use only the robotsCache, which has a lock, and the Observer.
type scheduler struct {
	plan     Plan
	observer Observer
	resume   [][]byte

	frontier  *frontier.Frontier
	scope     *scope.Scope
	ledger    *ledger
	hosts     *hosts
	discovery *discovery
	sitemaps  *sitemapQueue

	worker *worker
	tasks  *tasks
	robots *robotsCache

	reserved bool // the rest of the pages was reserved for discovery
}

// run crawls until there is a reason to stop. It returns after every task has ended.
func (s *scheduler) run(parent context.Context) (Result, error) {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	var deadline <-chan time.Time
	if s.plan.TimeLimit > 0 {
		timer := time.NewTimer(s.plan.TimeLimit)
		defer timer.Stop()
		deadline = timer.C
	}

	if err := s.restore(); err != nil {
		return Result{Reason: StopSiteUnreachable}, err
	}
	s.discovery.enqueueSeeds()
	if err := s.save(ctx); err != nil && ctx.Err() == nil {
		return s.result(StopInterrupted), err
	}
	reason, err := s.loop(ctx, deadline)
	cancel()
	cleanup := context.WithoutCancel(parent)
	s.hosts.releaseAll(cleanup, s.abandon(s.tasks.drain()))
	if err == nil && reason != StopInterrupted {
		s.ledger.skipQueued(reason, s.frontier.Clear())
	}
	if serr := s.save(cleanup); err == nil {
		err = serr
	}
	return s.result(reason), err
}

// loop starts tasks and handles results until there is a reason to stop.
func (s *scheduler) loop(ctx context.Context, deadline <-chan time.Time) (StopReason, error) {
	wake := time.NewTimer(time.Hour)
	defer wake.Stop()
	var leaseCheck <-chan time.Time
	if s.hosts.leases != nil {
		ticker := time.NewTicker(leaseCheckInterval)
		defer ticker.Stop()
		leaseCheck = ticker.C
	}
	for {
		if ctx.Err() != nil {
			return StopInterrupted, nil
		}
		wait, reason := s.dispatch(ctx)
		if reason != "" {
			return reason, nil
		}
		var timer <-chan time.Time
		waiting := wait > 0 && !s.requesting()
		began := time.Now()
		if wait > 0 {
			wake.Reset(wait)
			timer = wake.C
		}
		select {
		case r := <-s.tasks.results:
			s.tasks.running--
			if err := s.handle(ctx, r); err != nil {
				if ctx.Err() != nil {
					return StopInterrupted, nil
				}
				return StopInterrupted, err
			}
		case u := <-s.robots.wanted:
			s.hosts.requestRobotsForPage(u)
		case <-timer:
		case now := <-leaseCheck:
			s.hosts.releaseIdle(ctx, now)
		case <-deadline:
			return StopTimeLimit, nil
		case <-ctx.Done():
			return StopInterrupted, nil
		}
		if waiting {
			s.ledger.delayWait += time.Since(began)
		}
	}
}

// dispatch starts every task that may start now. It returns how long until a host may
// be sent its next request, or the reason to stop.
func (s *scheduler) dispatch(ctx context.Context) (wait time.Duration, stop StopReason) {
	for !s.pageLimitReached() {
		s.reserveForDiscovery()
		robotsWait := s.hosts.startRobots(ctx, time.Now(), false)
		threshold, reason := s.threshold()
		if reason != "" {
			if s.busy() {
				return robotsWait, ""
			}
			if !s.findMore(ctx) && !s.frontier.RestoreDeferred() {
				return 0, reason
			}
			continue
		}
		it, ok, w := s.frontier.Next(time.Now(), threshold)
		if !ok {
			if wait = robotsWait; wait == 0 || w > 0 && w < wait {
				wait = w
			}
			break
		}
		s.startItem(ctx, it)
	}
	limitReached := s.pageLimitReached()
	if limitReached {
		wait = s.hosts.startRobots(ctx, time.Now(), true)
	}
	if s.requesting() || !limitReached && (s.busy() || wait > 0) {
		return wait, ""
	}
	switch {
	case limitReached && s.frontier.Queued() > 0:
		return 0, StopPageLimit
	case s.findMore(ctx) || s.frontier.RestoreDeferred():
		return s.dispatch(ctx)
	default:
		return 0, StopFrontierEmpty
	}
}

// startItem requests an item, unless its host is not ready or the item is to be skipped.
func (s *scheduler) startItem(ctx context.Context, it frontier.Item) {
	if s.discovery.isTrap(&it) {
		s.frontier.DoneWithoutRequest(&it)
		s.ledger.skip(&it, SkipNearDuplicate)
		return
	}
	h := s.hosts.get(it.Host)
	if !s.hosts.ready(h) {
		s.frontier.DoneWithoutRequest(&it)
		s.frontier.Add(it) // cannot fail: the item has just made room
		s.hosts.prepare(ctx, h, originOf(it.URL))
		return
	}
	h.hasItems = true
	if reason := s.hosts.refusal(h, &it); reason != "" {
		s.frontier.DoneWithoutRequest(&it)
		s.ledger.skip(&it, reason)
		return
	}
	if it.Sitemap != frontier.NotSitemap {
		s.tasks.start(taskResult{kind: sitemapTask, item: &it, host: it.Host}, func(r *taskResult) { s.worker.fetchSitemap(ctx, it, r) })
		return
	}
	s.ledger.requests++
	s.ledger.inFlight++
	s.ledger.currentHost = it.Host
	it.DiscoveryPath = s.ledger.pathTo(it.Parent)
	candidate := s.discovery.worthRendering(&it)
	task := taskResult{kind: pageTask, item: &it, host: it.Host}
	if it.MustMention {
		task.mentions = s.discovery.judge.MentionTest()
	}
	s.tasks.start(task, func(r *taskResult) { s.worker.fetchTracedPage(ctx, it, candidate, r) })
}

// maxBarren is the number of consecutive pages without a legal document after which the
// crawl no longer searches for a missing type.
const maxBarren = 25

// threshold returns the lowest score that may be fetched now, or a reason to stop if every
// queued URL scores lower.
func (s *scheduler) threshold() (float64, StopReason) {
	threshold, best := legalScore, s.frontier.BestRank()
	if best < legalScore && s.discovery.missing() && s.ledger.sinceLegal < maxBarren {
		// URLs with a low score are fetched one at a time, because the page in flight may
		// link to a better URL. Lease tasks do not count: a lease may take minutes.
		if s.requesting() || s.hosts.leaseTasks == 0 && s.busy() {
			return legalScore, ""
		}
		threshold = searchScore
	}
	if best < threshold {
		if s.frontier.Queued() == 0 {
			return threshold, StopFrontierEmpty
		}
		return threshold, StopConverged
	}
	return threshold, ""
}

// findMore queues URLs from another source when the frontier has no more to offer: first
// from the sitemaps, then well-known paths if an expected type is missing. A home page that
// fails does not prevent it, unless the site refused it or did not answer. It reports
// whether it queued any.
func (s *scheduler) findMore(ctx context.Context) bool {
	if ctx.Err() != nil || s.ledger.fetched == 0 && !s.ledger.answered || s.plan.MaxDepth == 0 {
		return false
	}
	if s.sitemaps.enqueueHosts() {
		return true
	}
	if s.discovery.probes == 0 {
		s.ledger.sinceLegal = 0 // the first probe begins a new search
	}
	return s.discovery.probe()
}

// pageLimitReached reports whether the page limit is reached.
func (s *scheduler) pageLimitReached() bool { return s.ledger.requests >= s.plan.MaxPages }

// reserveForDiscovery sets the remaining seeds with an Order aside, once the requests that are
// left are those of the plan for discovery. They are restored when there is nothing to discover.
func (s *scheduler) reserveForDiscovery() {
	if s.reserved || s.plan.DiscoveryPages == 0 || s.ledger.requests < s.plan.MaxPages-s.plan.DiscoveryPages {
		return
	}
	s.reserved = true
	s.frontier.DeferOrdered()
}

// busy reports whether a task or a request for robots.txt may lead to further URLs.
func (s *scheduler) busy() bool { return s.tasks.running > 0 || s.hosts.awaitsRobots() }

// requesting reports whether a request is in flight.
func (s *scheduler) requesting() bool { return s.tasks.running > s.hosts.leaseTasks }

// abandon handles the results of tasks that ended after the crawl: it reports their pages
// to the Observer and returns the results that have a lease. The pages are not counted.
// They are still queued in the checkpoint, so a resumed crawl fetches them again.
func (s *scheduler) abandon(left []*taskResult) (leases []*taskResult) {
	for _, r := range left {
		if r.lease != nil {
			leases = append(leases, r)
		}
		if r.page != nil && r.err == nil {
			s.ledger.reportPage(r, r.reason)
		}
	}
	return leases
}

// restore loads the checkpoint of the crawl to resume, if there is one.
func (s *scheduler) restore() error {
	queue, domains, err := s.ledger.restore(s.resume)
	if err != nil {
		return err
	}
	for _, domain := range domains {
		s.discovery.addDomain(domain)
	}
	s.discovery.requeue(queue)
	return nil
}

func (s *scheduler) save(ctx context.Context) error { return s.ledger.save(ctx, s.frontier.Pending) }

func (s *scheduler) progress() Progress {
	return s.ledger.progress(s.frontier.Queued(), min(s.frontier.InFlight(), s.tasks.running))
}

func (s *scheduler) result(end StopReason) Result {
	res := Result{Reason: s.ledger.stopReason(end), Progress: s.progress(), CrawlDelay: s.hosts.crawlDelay, CrawlDelayHost: s.hosts.crawlDelayHost}
	res.Failure = s.failure(res.Reason)
	return res
}
