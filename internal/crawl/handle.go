package crawl

import (
	"context"
	"net/http"
	"time"
)

// handle handles the result of a task. An error ends the crawl.
func (s *scheduler) handle(ctx context.Context, r *taskResult) error {
	if r.kind == leaseTask {
		return s.hosts.handleLease(ctx, r)
	}
	if ctx.Err() != nil { // the request may have failed because of that
		s.abandon([]*taskResult{r})
		return nil //nolint:nilerr // an interruption is no error of the crawl: its stop reason reports it
	}
	if r.kind == robotsTask {
		at := hostKey(r.robotsRequest.at)
		s.frontier.ReleaseSlot(at)
		s.frontier.MarkSent(at, r.sentAt)
		s.hosts.handleRobots(r)
		return nil
	}
	s.frontier.Done(r.item)
	s.frontier.MarkSent(r.host, r.sentAt)
	if r.kind == pageTask {
		s.ledger.inFlight--
	}
	if r.err != nil {
		return r.err
	}
	if r.retryAfter > 0 {
		s.hosts.backOff(r.host, r.retryAfter)
	}
	s.hosts.coolDown(r.browserRequests)
	switch {
	case r.kind == sitemapTask:
		s.sitemaps.handle(r)
	case r.location != "":
		s.hosts.get(r.host).failures = 0
		r.item.GotCookies = r.item.GotCookies || r.setsCookies
		s.discovery.followRedirect(r.item, r.location, r.status)
	case r.page == nil:
		s.handleFailure(r)
	default:
		s.handlePage(r)
	}
	if err := s.save(ctx); err != nil {
		return err
	}
	s.observer.Progress(s.progress())
	return nil
}

// maxCopies is the number of earlier pages with the same text at which a page that is not
// legal counts as a soft error: a site that shows one page at so many URLs shows it in
// place of an error.
const maxCopies = 3

// handlePage records a fetched page and follows its links.
func (s *scheduler) handlePage(r *taskResult) {
	l, d := s.ledger, s.discovery
	s.hosts.get(r.host).failures = 0
	l.fetched++
	l.sinceLegal++
	copies := d.observePage(r.page, &r.verdict)
	s.frontier.RecordNotFound(r.host, false)
	d.canonical.record(r.page, s.scope)
	d.languages.recordPage(r.page.Links)
	if r.item.Retargeted && !r.verdict.SoftError {
		d.relocate(r.item)
	}
	l.parents[r.item.URL] = r.item.Parent
	if r.verdict.SoftError || copies >= maxCopies && !r.verdict.Legal {
		reason := SkipSoftError
		if r.reason != "" {
			reason = r.reason // empty shells are all copies of each other
		}
		l.endPage(r, reason, true)
		if r.page.Links != nil {
			if r.item.Score >= legalScore && !r.item.NoFollow && copies < maxCopies {
				d.followStub(r.item, r.page.Links) // a page may call itself moved
			}
			l.skipLinks(r.page.Links, r.item.URL, SkipNotFollowed)
		}
		return
	}
	if r.verdict.Legal {
		l.legal++
		l.sinceLegal = 0
		l.types[r.verdict.Type] = true
		if !d.languages.awaitsTranslation(r.page.Links, r.page.URL) {
			s.frontier.RecordDocument(r.item.Topic, r.item.Family)
		}
	}
	l.endPage(r, r.reason, false)
	switch {
	case r.page.Links == nil:
	case r.item.NoFollow:
		l.skipLinks(r.page.Links, r.item.URL, SkipNotFollowed)
	default:
		d.followLinks(r.item, r.page.Links, &r.verdict, copies > 0)
	}
}

// handleFailure retries a request for a page that failed, or records the failure.
func (s *scheduler) handleFailure(r *taskResult) {
	h, l, it := s.hosts.get(r.host), s.ledger, *r.item
	l.failures.add(Failure{URL: it.URL, Reason: r.reason, Status: r.status, Cause: r.cause})
	retry := false
	switch r.reason {
	case SkipAccessDenied:
		l.denied++
	case SkipRateLimited:
		l.denied++
		retry = true
	case SkipServerError, SkipTimeout, SkipConnect, SkipTLS, SkipDNS, SkipBadResponse:
		l.unreachable++
		h.failures++
		retry = r.reason != SkipDNS
	}
	it.Attempts++
	if retry && it.Attempts < maxAttempts && h.failures < maxFailures && !h.retryLater {
		wait := r.retryAfter
		if wait == 0 {
			wait = backoff(it.Attempts)
			s.hosts.reportPause(r.host, r.reason, wait)
		}
		s.frontier.Postpone(r.host, time.Now().Add(wait))
		if !s.frontier.Add(it) {
			l.skip(&it, SkipQueueFull)
		}
		return
	}
	l.failed++
	l.recordAnswer(r.reason)
	l.end(&it, Outcome{Kind: OutcomeFailed, Reason: r.reason, Status: r.status, Cause: r.cause})
	if h.failures >= maxFailures {
		s.hosts.reportPause(r.host, SkipHostDown, 0)
		s.hosts.skipQueued(r.host, SkipHostDown)
	}
	if r.status == http.StatusNotFound || r.status == http.StatusGone {
		h.failures = 0
		s.frontier.RecordNotFound(r.host, true)
		s.discovery.retarget(&it)
	}
}
